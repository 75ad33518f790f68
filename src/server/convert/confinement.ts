import type { HostConfig } from '#api'
import type { ContainerSpec } from '#engine'
import { InvalidArgument } from '#lib/errors'
import { isZero } from './refuse.ts'

type Confinement = NonNullable<ContainerSpec['host']['confinement']>
type Resources = NonNullable<ContainerSpec['host']['resources']>

const OOM_SCORE_MAX = 1000
const LISTS_MAX = 4096

/** What a container may and may not do. Names of capabilities, limits and options are the engine's to know. */
export function convertConfinement(host: HostConfig): Confinement {
  const { OomScoreAdj: oomScore = 0 } = host
  if (Math.abs(oomScore) > OOM_SCORE_MAX) {
    throw new InvalidArgument(`Invalid value ${oomScore}, range for oom score adj is [-1000, 1000]`)
  }
  return {
    ...(host.Privileged === true ? { privileged: true } : {}),
    ...list('capAdd', host.CapAdd),
    ...list('capDrop', host.CapDrop),
    ...list('securityOptions', host.SecurityOpt),
    ...list('groups', host.GroupAdd),
    ...(host.MaskedPaths === undefined ? {} : { maskedPaths: paths('MaskedPaths', host.MaskedPaths) }),
    ...(host.ReadonlyPaths === undefined ? {} : { readonlyPaths: paths('ReadonlyPaths', host.ReadonlyPaths) }),
    ...(oomScore === 0 ? {} : { oomScore }),
    ...(isZero(host.Sysctls) ? {} : { sysctls: { ...host.Sysctls } }),
  }
}

/** Devices and limits of single processes. */
export function convertDevices(host: HostConfig): Pick<Resources, 'devices' | 'deviceRules' | 'ulimits'> {
  const devices = (host.Devices ?? []).map(({ PathOnHost = '', PathInContainer = '', CgroupPermissions = '' }) => {
    if (PathOnHost === '') throw new InvalidArgument('HostConfig.Devices: a device has no PathOnHost')
    return {
      source: PathOnHost,
      destination: absolute('HostConfig.Devices', PathInContainer === '' ? PathOnHost : PathInContainer),
      permissions: permissions(CgroupPermissions),
    }
  })
  const ulimits = (host.Ulimits ?? []).map(({ Name = '', Soft = 0, Hard = 0 }) => ({
    name: Name,
    soft: Soft,
    hard: Hard,
  }))
  return {
    ...list('devices', devices),
    ...list('deviceRules', host.DeviceCgroupRules),
    ...list('ulimits', ulimits),
  }
}

/** Docker gives what names no permissions none; runtimes refuse that. */
function permissions(text: string): string {
  if (!/^[rwm]{0,3}$/.test(text)) {
    throw new InvalidArgument(`invalid device mode: ${text}`, { fix: 'use any of r, w and m' })
  }
  return text === '' ? 'rwm' : text
}

function paths(field: string, values: readonly string[]): string[] {
  return values.map(value => absolute(`HostConfig.${field}`, value))
}

function absolute(field: string, path: string): string {
  if (path.startsWith('/') && !path.includes('\0')) return path
  throw new InvalidArgument(`${field}: ${JSON.stringify(path.replaceAll('\0', ''))} is not an absolute path`)
}

function list<K extends string, T>(key: K, values: readonly T[] | undefined): { readonly [name in K]?: T[] } {
  if (values === undefined || values.length === 0) return {}
  if (values.length > LISTS_MAX) throw new InvalidArgument(`more than ${LISTS_MAX} entries in ${key}`)
  return { [key]: [...values] } as { readonly [name in K]?: T[] }
}
