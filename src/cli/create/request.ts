import type { ContainerConfig, ContainerCreateRequest, HostConfig } from '#api'
import type { Flag } from '../flags/flag.ts'
import { cut } from '../flags/text.ts'
import { endpoints, networkMode } from './endpoints.ts'
import { CREATE_FLAGS, type CreateFlags, type Part, type PartFlag } from './flags.ts'
import { healthcheck } from './healthcheck.ts'
import { macAddress } from './read/checks.ts'
import { isCdiName, readDevice } from './read/device.ts'
import { environmentVariable, readKeyValueFile } from './read/key-value-file.ts'
import { readRestartPolicy, readSecurity } from './read/policy.ts'
import { readExposed, readPublished } from './read/port.ts'
import { readTimeZone, type TimeZone } from './read/time-zone.ts'
import { readVolume } from './read/volume.ts'

export interface CreateLine {
  readonly flags: CreateFlags
  readonly given: ReadonlySet<string>
  /** The image, and the command with its arguments. */
  readonly args: readonly string[]
  /** The client's own environment. */
  readonly lookUp: (name: string) => string | undefined
  /** Variables that name the proxies of this engine. */
  readonly proxies: readonly string[]
}

/**
 * The create request of a command line: the fields that its flags fill, and those that Docker's command always fills.
 * @throws Error in Docker's words
 */
export function createRequest(line: CreateLine): ContainerCreateRequest {
  const { flags, args } = line
  const [image = '', ...command] = args
  checkModes(flags)
  const parts = [...ownParts(line), ports(flags), volumes(flags), devices(flags), security(flags), logging(flags)]
  const config: ContainerConfig = Object.assign({}, ...parts.map(part => part.config ?? {}))
  const host: HostConfig = Object.assign({}, ...parts.map(part => part.host ?? {}))
  const health = healthcheck(flags)
  const zone = flags.tz === '' ? undefined : readTimeZone(flags.tz)
  return {
    ...config,
    ...streams(flags),
    Image: image,
    ...(command.length === 0 ? {} : { Cmd: command }),
    Env: environment(line, zone),
    Labels: labels(line),
    ...(health === undefined ? {} : { Healthcheck: health }),
    HostConfig: {
      MemorySwappiness: -1,
      ...host,
      ...storage(flags),
      ...(zone === undefined ? {} : { Mounts: [...(host.Mounts ?? []), zone.mount] }),
      NetworkMode: networkMode(flags),
      RestartPolicy: restartPolicy(flags),
      ...(flags.link.length === 0 ? {} : { Links: [...flags.link] }),
    },
    NetworkingConfig: { EndpointsConfig: endpoints(flags) },
  }
}

/** Of the flags that were given and fill their field alone. */
function ownParts({ flags, given }: CreateLine): Part[] {
  const table: Readonly<Record<string, Flag<unknown> | PartFlag<unknown>>> = CREATE_FLAGS
  return Object.entries(table).flatMap(([name, flag]) =>
    given.has(name) && 'part' in flag ? [flag.part(Reflect.get(flags, name))] : [],
  )
}

/** Which streams the container has and which of them this client wants. */
function streams({ attach, interactive, tty }: CreateFlags): ContainerConfig {
  const AttachStdin = interactive || attach.includes('stdin')
  return {
    AttachStdin,
    AttachStdout: attach.length === 0 || attach.includes('stdout'),
    AttachStderr: attach.length === 0 || attach.includes('stderr'),
    OpenStdin: interactive,
    StdinOnce: interactive && AttachStdin,
    Tty: tty,
  }
}

/** A zone gives way to a TZ that was set by hand. */
function environment({ flags, lookUp, proxies }: CreateLine, zone: TimeZone | undefined): string[] {
  const named = flags.env.map(text => environmentVariable(text, lookUp))
  const lastOfEach = new Map(
    [...proxies, ...(zone === undefined ? [] : [zone.variable]), ...named].map(text => [cut(text, '=')[0], text]),
  )
  return [...flags['env-file'].flatMap(path => readKeyValueFile(path, lookUp)), ...lastOfEach.values()]
}

function labels({ flags }: CreateLine): Record<string, string> {
  const lines = [...flags['label-file'].flatMap(path => readKeyValueFile(path, () => undefined)), ...flags.label]
  return pairs(lines)
}

function pairs(lines: readonly string[]): Record<string, string> {
  const record: Record<string, string> = Object.create(null)
  for (const [key, value] of lines.map(line => cut(line, '='))) record[key] = value ?? ''
  return record
}

function ports({ publish, expose }: CreateFlags): Part {
  const published = publish.flatMap(readPublished)
  const exposed = [...published.map(({ port }) => port), ...expose.flatMap(readExposed)]
  if (exposed.length === 0) return {}
  const bindings = Object.groupBy(published, ({ port }) => port)
  const PortBindings = Object.fromEntries(
    Object.entries(bindings).map(([port, mappings = []]) => [port, mappings.map(({ binding }) => binding)]),
  )
  return {
    config: { ExposedPorts: Object.fromEntries(exposed.map(port => [port, {}])) },
    ...(published.length === 0 ? {} : { host: { PortBindings } }),
  }
}

function volumes({ volume }: CreateFlags): Part {
  const read = [...new Set(volume)].map(readVolume)
  const anonymous = read.flatMap(flag => (flag.kind === 'anonymous' ? [[flag.target, {}] as const] : []))
  const binds = read.flatMap(flag => (flag.kind === 'bind' ? [flag.bind] : []))
  return {
    ...(anonymous.length === 0 ? {} : { config: { Volumes: Object.fromEntries(anonymous) } }),
    ...(binds.length === 0 ? {} : { host: { Binds: binds } }),
  }
}

function devices({ device, gpus }: CreateFlags): Part {
  const cdi = device.filter(isCdiName)
  const plain = device.filter(text => !isCdiName(text)).map(readDevice)
  const requests = [...gpus, ...(cdi.length === 0 ? [] : [{ Driver: 'cdi', DeviceIDs: cdi }])]
  return {
    host: {
      ...(plain.length === 0 ? {} : { Devices: plain }),
      ...(requests.length === 0 ? {} : { DeviceRequests: requests }),
    },
  }
}

function security(flags: CreateFlags): Part {
  const { options, systemPathsUnconfined } = readSecurity(flags['security-opt'])
  return {
    host: {
      ...(options.length === 0 ? {} : { SecurityOpt: [...options] }),
      ...(systemPathsUnconfined ? { MaskedPaths: [], ReadonlyPaths: [] } : {}),
    },
  }
}

function logging(flags: CreateFlags): Part {
  const driver = flags['log-driver']
  const options = flags['log-opt']
  if (driver === 'none' && options.length > 0) throw new Error(`invalid logging opts for driver ${driver}`)
  if (driver === '' && options.length === 0) return {}
  return { host: { LogConfig: { Type: driver, Config: pairs(options) } } }
}

function storage(flags: CreateFlags): HostConfig {
  if (flags['storage-opt'].some(option => !option.includes('='))) throw new Error('invalid storage option')
  const tmpfs = flags.tmpfs.map(text => cut(text, ':')).map(([path, options]) => [path, options ?? ''] as const)
  return {
    ...(flags['storage-opt'].length === 0 ? {} : { StorageOpt: pairs(flags['storage-opt']) }),
    ...(tmpfs.length === 0 ? {} : { Tmpfs: Object.fromEntries(tmpfs) }),
  }
}

function restartPolicy({ restart, rm }: CreateFlags) {
  const policy = restart === '' ? {} : readRestartPolicy(restart)
  if (rm && (policy.Name ?? '') !== '' && policy.Name !== 'no') {
    throw new Error('conflicting options: cannot specify both --restart and --rm')
  }
  return policy
}

function checkModes(flags: CreateFlags): void {
  if (flags['mac-address'] !== '') macAddress(flags['mac-address'])
  const swappiness = flags['memory-swappiness']
  if (swappiness < -1 || swappiness > 100) {
    throw new Error(`invalid value: ${swappiness}. Valid memory swappiness range is 0-100`)
  }
  const checks = [
    [flags.pid, /^(|host|container:.+)$/s, '--pid: invalid PID mode'],
    [flags.uts, /^(|host)$/, '--uts: invalid UTS mode'],
    [flags.userns, /^(|host)$/, '--userns: invalid USER mode'],
    [flags.cgroupns, /^(|host|private)$/, '--cgroupns: invalid CGROUP mode'],
  ] as const
  for (const [value, valid, problem] of checks) if (!valid.test(value)) throw new Error(problem)
}
