import { join } from 'node:path'
import { SystemError } from '#lib/errors'
import type { Sandbox } from '#network'
import type { SpecMount } from '#oci'
import type { BindSettings, Confinement, ProcessSettings } from '#runtime'
import { containerFolder } from '../container/folder.ts'
import type { ContainerRecord } from '../container/record.ts'
import type { EngineDeps } from '../deps.ts'
import { behindInit, initMount } from './init.ts'
import { limitsOf } from './limits.ts'
import { modesOf } from './modes.ts'
import { parseSecurityOptions } from './security.ts'
import { tmpfsMount } from './tmpfs.ts'

/**
 * What the runtime is to know of a container. `identity` is whose names it has in its network: its own, or those of the
 * container that it joins. @throws NotFound, Conflict (a container that it joins), SystemError (no init on this host)
 */
export function processSettings(
  deps: Pick<EngineDeps, 'config' | 'containers'>,
  record: ContainerRecord,
  { sandbox, identity }: { readonly sandbox: Sandbox; readonly identity: ContainerRecord },
): ProcessSettings {
  const { spec } = record
  const { host } = spec
  const { tty, env, workingDir, user } = spec.process
  const [rows, columns] = host.consoleSize ?? [0, 0]
  const { sharedMemory, ...namespaces } = modesOf(deps, record)
  const init = host.init === true && namespaces.pid === 'own' ? requireInit(deps) : undefined
  const files = fileMounts(deps, record, identity)
  const command = [record.path, ...record.args]
  return {
    args: init === undefined ? command : behindInit(command),
    env,
    workingDir,
    user,
    groups: host.confinement?.groups ?? [],
    terminal: tty ? { columns, rows } : undefined,
    hostname: identity.spec.hostname,
    domainname: identity.spec.domainname,
    readonlyRootfs: host.readonlyRootfs,
    mounts: [...files.mounts, ...(init === undefined ? [] : [initMount(init)]), ...tmpfsMounts(record)],
    binds: files.binds,
    shmSize: host.shmSize,
    sharedMemory,
    network: networkOf(record, sandbox),
    namespaces,
    limits: limitsOf(record),
    ulimits: host.resources?.ulimits ?? [],
    devices: host.resources?.devices ?? [],
    deviceRules: host.resources?.deviceRules ?? [],
    confinement: confinementOf(record),
    sysctls: host.confinement?.sysctls ?? {},
    oomScore: host.confinement?.oomScore ?? 0,
    annotations: host.annotations ?? {},
  }
}

/** What of the host is mounted in its root. */
export function fileMounts(
  deps: Pick<EngineDeps, 'config'>,
  record: ContainerRecord,
  identity: ContainerRecord,
): Pick<ProcessSettings, 'mounts' | 'binds'> {
  return {
    mounts: identityMounts(deps, record, identity),
    binds: [...record.spec.host.binds, ...askedBinds(record)],
  }
}

function requireInit({ config }: Pick<EngineDeps, 'config'>): string {
  if (config.initProgram !== undefined) return config.initProgram
  throw new SystemError('--init needs a small init on the host, and there is none', { fix: 'apt-get install tini' })
}

function networkOf(record: ContainerRecord, { namespace: path, containerId }: Sandbox): ProcessSettings['network'] {
  if (path === undefined) return { kind: 'host' }
  return { kind: containerId === record.id ? 'namespace' : 'joined', path }
}

export function confinementOf({ spec: { host } }: ContainerRecord): Confinement {
  const { privileged = false, capAdd, capDrop, securityOptions, maskedPaths, readonlyPaths } = host.confinement ?? {}
  const { apparmor, ...security } = parseSecurityOptions(securityOptions ?? [])
  return {
    privileged,
    addedCapabilities: capAdd ?? [],
    droppedCapabilities: capDrop ?? [],
    ...security,
    apparmor: apparmor === 'unconfined' ? undefined : apparmor,
    maskedPaths,
    readonlyPaths,
  }
}

/** The files that name the container in its network; as with Docker, a bind of its own takes the place of one. */
function identityMounts(
  deps: Pick<EngineDeps, 'config'>,
  { spec: { host } }: ContainerRecord,
  identity: ContainerRecord,
): SpecMount[] {
  const folder = containerFolder(deps, identity.id)
  return ['resolv.conf', 'hostname', 'hosts'].map(name => ({
    destination: `/etc/${name}`,
    type: 'bind',
    source: join(folder, name),
    options: ['rbind', 'rprivate', ...(host.readonlyRootfs ? ['ro'] : [])],
  }))
}

function tmpfsMounts({ spec: { host } }: ContainerRecord): SpecMount[] {
  const asked = Object.entries(host.tmpfs ?? {}).map(([destination, options]) => tmpfsMount(destination, options))
  const mounts = (host.mounts ?? []).flatMap(mount =>
    mount.type === 'tmpfs' ? [{ ...tmpfsMount(mount.destination, mount.options.join(',')) }] : [],
  )
  return [...asked, ...mounts]
}

function askedBinds({ spec: { host } }: ContainerRecord): BindSettings[] {
  return (host.mounts ?? []).flatMap(mount => (mount.type === 'bind' ? [mount] : []))
}
