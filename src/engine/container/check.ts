/** What of a create request can be said to be wrong before anything is made. */
import { existsSync } from 'node:fs'
import { InvalidArgument } from '#lib/errors'
import { checkSysctl, parseCapability, parseDeviceRule, parseSignal, parseUlimit } from '#runtime'
import type { EngineDeps } from '../deps.ts'
import { containerOf } from '../process/modes.ts'
import { parseSecurityOptions } from '../process/security.ts'
import { tmpfsMount } from '../process/tmpfs.ts'
import type { ContainerSpec } from './record.ts'

/** @throws InvalidArgument in Docker's words, or those of its runtime */
export function checkSpec({ config }: Pick<EngineDeps, 'config'>, { process, host }: ContainerSpec): void {
  if (process.stopSignal !== '') parseSignal(process.stopSignal)
  if (!config.runtimes.has(host.runtime)) {
    throw new InvalidArgument(`unknown or invalid runtime name: ${host.runtime}`, {
      fix: `known are ${[...config.runtimes.keys()].join(' and ')}`,
    })
  }
  const { capAdd = [], capDrop = [], securityOptions = [], sysctls = {} } = host.confinement ?? {}
  for (const name of capAdd) parseCapability(name, 'CapAdd')
  for (const name of capDrop) parseCapability(name, 'CapDrop')
  checkApparmor(parseSecurityOptions(securityOptions).apparmor, config.securityModules)
  for (const ulimit of host.resources?.ulimits ?? []) parseUlimit(ulimit)
  for (const rule of host.resources?.deviceRules ?? []) parseDeviceRule(rule)
  for (const [destination, options] of Object.entries(host.tmpfs ?? {})) tmpfsMount(destination, options)
  checkSources(host.mounts ?? [])
  const { ipc, uts } = host.namespaces ?? {}
  const network = host.network === 'host' ? 'host' : containerOf(host.network) === undefined ? 'own' : 'joined'
  const scope = { network, ipc: ipc === 'host' ? 'host' : 'own', uts: uts === 'host' ? 'host' : 'own' } as const
  for (const name of Object.keys(sysctls)) checkSysctl(name, scope)
}

/** Unlike a bind, a mount makes its source only where that was asked for. */
function checkSources(mounts: NonNullable<ContainerSpec['host']['mounts']>): void {
  for (const mount of mounts) {
    if (mount.type !== 'bind' || mount.create || existsSync(mount.source)) continue
    throw new InvalidArgument(`invalid mount config for type "bind": bind source path does not exist: ${mount.source}`)
  }
}

/** A profile that confines nothing must not be taken for one that does. */
function checkApparmor(profile: string | undefined, modules: readonly string[]): void {
  if (profile === undefined || profile === 'unconfined' || modules.includes('apparmor')) return
  throw new InvalidArgument(`AppArmor profile ${profile}: this kernel has no AppArmor`, {
    fix: `leave --security-opt apparmor=${profile} out`,
  })
}
