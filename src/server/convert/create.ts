import type { ContainerCreateRequest } from '#api'
import type { CreateRequest } from '#engine'
import { InvalidArgument, NotImplemented } from '#lib/errors'
import { checkDestinations, parseBind } from './bind.ts'
import { convertConfinement, convertDevices } from './confinement.ts'
import { convertHealthcheck } from './healthcheck.ts'
import { convertLog } from './log-config.ts'
import { checkShared, convertModes } from './modes.ts'
import { convertMounts, convertTmpfs } from './mounts.ts'
import { convertNames } from './names.ts'
import { isZero, refuseFields } from './refuse.ts'
import { convertLimits, type LimitHost } from './resources.ts'
import { convertRestartPolicy } from './restart-policy.ts'
import { CONFIG_REFUSALS, ENDPOINT_REFUSALS, HOST_CONFIG_REFUSALS } from './unsupported.ts'

const DEFAULT_SHM_BYTES = 64 * 1024 * 1024
const DEFAULT_RUNTIME = ''

type Host = NonNullable<ContainerCreateRequest['HostConfig']>
type HostSettings = CreateRequest['spec']['host']

/** What a request is held against. */
export interface CreateHost extends LimitHost {
  readonly defaultRuntime: string
}

export interface ConvertedCreate {
  readonly request: Omit<CreateRequest, 'platform'>
  /** What was asked for and is left out, as Docker says it. */
  readonly warnings: readonly string[]
}

/**
 * The create request of the API as the engine's: every field decided, and nothing passed over in silence.
 * @throws InvalidArgument, NotImplemented, each naming the field
 */
export function convertCreate(
  body: ContainerCreateRequest,
  name: string | undefined,
  createHost: CreateHost,
): ConvertedCreate {
  const host = body.HostConfig ?? {}
  if (isZero(body.Image)) throw new InvalidArgument('no image specified', { fix: 'set Image to a reference or an id' })
  refuseFields('', body, CONFIG_REFUSALS)
  refuseFields('HostConfig.', host, HOST_CONFIG_REFUSALS)
  refuseElsewhere(host)
  checkShared(body, host)
  const network = convertNetwork(body, host)
  const healthcheck = convertHealthcheck(body.Healthcheck, body.Labels ?? {})
  const { settings, warnings } = convertHost(host, network, createHost)
  return {
    request: {
      name,
      spec: {
        image: body.Image ?? '',
        hostname: checkHostname(body.Hostname ?? ''),
        domainname: checkHostname(body.Domainname ?? ''),
        labels: { ...body.Labels },
        exposedPorts: Object.keys(body.ExposedPorts ?? {}).map(checkPort),
        process: convertProcess(body),
        ...(body.Shell === undefined ? {} : { shell: body.Shell.slice() }),
        ...(healthcheck && { healthcheck }),
        host: settings,
      },
    },
    warnings,
  }
}

function convertProcess(body: ContainerCreateRequest): CreateRequest['spec']['process'] {
  const openStdin = body.OpenStdin ?? false
  return {
    entrypoint: body.Entrypoint?.slice() ?? null,
    cmd: body.Cmd?.slice() ?? null,
    env: (body.Env ?? []).map(checkEnvironment),
    workingDir: body.WorkingDir ?? '',
    user: body.User ?? '',
    tty: body.Tty ?? false,
    openStdin,
    stdinOnce: openStdin && (body.StdinOnce ?? false),
    attachStdin: body.AttachStdin ?? false,
    attachStdout: body.AttachStdout ?? false,
    attachStderr: body.AttachStderr ?? false,
    stopSignal: body.StopSignal ?? '',
    stopTimeout: body.StopTimeout ?? null,
  }
}

function convertHost(
  host: Host,
  network: string,
  createHost: CreateHost,
): { readonly settings: HostSettings; readonly warnings: readonly string[] } {
  const autoRemove = host.AutoRemove ?? false
  const restart = convertRestartPolicy(host.RestartPolicy)
  if (autoRemove && restart.name !== 'no') {
    throw new InvalidArgument(`can't create 'AutoRemove' container with restart policy`)
  }
  const { memory, memorySwap, cpu, resources, warnings } = convertLimits(host, createHost)
  const [rows = 0, columns = 0] = host.ConsoleSize ?? []
  const settings: HostSettings = {
    ...convertFiles(host),
    network,
    readonlyRootfs: host.ReadonlyRootfs ?? false,
    autoRemove,
    restart,
    memory,
    memorySwap,
    ...group('cpu', cpu),
    ...group('resources', { ...resources, ...convertDevices(host), ...cgroupParent(host) }),
    ...group('confinement', convertConfinement(host)),
    ...group('namespaces', convertModes(host, createHost.version)),
    ...group('names', convertNames(host)),
    ...group('annotations', convertAnnotations(host)),
    ...(host.Init === undefined ? {} : { init: host.Init }),
    pidsLimit: host.PidsLimit === undefined || host.PidsLimit === 0 ? null : host.PidsLimit,
    shmSize: convertShmSize(host.ShmSize ?? 0),
    runtime: host.Runtime === undefined || host.Runtime === DEFAULT_RUNTIME ? createHost.defaultRuntime : host.Runtime,
    log: convertLog(host.LogConfig?.Type ?? '', host.LogConfig?.Config ?? {}),
    ...(isZero(host.ContainerIDFile) ? {} : { idFile: host.ContainerIDFile ?? '' }),
    consoleSize: rows === 0 && columns === 0 ? null : [rows, columns],
  }
  return { settings, warnings }
}

/** Binds and mounts, each of which has its place. */
function convertFiles(host: Host): Pick<HostSettings, 'binds' | 'mounts' | 'tmpfs'> {
  const binds = (host.Binds ?? []).map(parseBind)
  const mounts = convertMounts(host.Mounts ?? [])
  checkDestinations([...binds, ...mounts])
  return {
    binds,
    ...(mounts.length === 0 ? {} : { mounts }),
    ...group('tmpfs', convertTmpfs(host.Tmpfs ?? {})),
  }
}

/** Left out where nothing was asked for. */
function group<K extends string, V extends object>(key: K, value: V): { readonly [name in K]?: V } {
  return Object.keys(value).length === 0 ? {} : ({ [key]: value } as { readonly [name in K]?: V })
}

function cgroupParent({ CgroupParent: parent = '' }: Host): { readonly cgroupParent?: string } {
  if (parent === '') return {}
  if (parent.split('/').includes('..') || /[\0\n]/.test(parent)) {
    throw new InvalidArgument(`invalid cgroup parent: ${JSON.stringify(parent)}`, { fix: 'name a group without ..' })
  }
  return { cgroupParent: parent }
}

function convertAnnotations({ Annotations = {} }: Host): Record<string, string> {
  if (Object.hasOwn(Annotations, '')) {
    throw new InvalidArgument('invalid Annotations: the empty string is not permitted as an annotation key')
  }
  return { ...Annotations }
}

/** What other hosts have, in Docker's words where there are some. */
function refuseElsewhere({ Isolation = '', StorageOpt, DeviceRequests = [] }: Host): void {
  if (!['', 'default'].includes(Isolation))
    throw new InvalidArgument(`invalid isolation (${Isolation}): linux only supports 'default'`)
  if (!isZero(StorageOpt)) {
    throw new NotImplemented(
      'HostConfig.StorageOpt: --storage-opt is supported only for overlay over xfs with pquota mount option, which this version of Gantry does not set',
      { fix: 'leave --storage-opt out' },
    )
  }
  const [request] = DeviceRequests
  if (request === undefined) return
  const { Driver = '', Capabilities = [] } = request
  const capabilities = `[${Capabilities.map(names => `[${names.join(' ')}]`).join(' ')}]`
  throw new NotImplemented(
    `could not select device driver ${JSON.stringify(Driver)} with capabilities: ${capabilities}: GPUs and CDI devices are not done by this version of Gantry`,
    { fix: 'leave --gpus out; give device nodes with --device /dev/...' },
  )
}

function convertShmSize(bytes: number): number {
  if (bytes < 0) throw new InvalidArgument('SHM size can not be less than 0')
  return bytes === 0 ? DEFAULT_SHM_BYTES : bytes
}

/** `--network`, and what was said of the container's place in it. */
function convertNetwork(body: ContainerCreateRequest, host: Host): string {
  const mode = host.NetworkMode ?? ''
  const name = mode === '' || mode === 'default' ? 'bridge' : mode
  if (body.NetworkDisabled === true) return 'none'
  for (const [endpoint, settings] of Object.entries(body.NetworkingConfig?.EndpointsConfig ?? {})) {
    const isOwn = endpoint === name || endpoint === mode || (endpoint === 'default' && name === 'bridge')
    if (!isOwn)
      throw new InvalidArgument(`NetworkingConfig.EndpointsConfig names ${endpoint}, the container is on ${name}`, {
        fix: 'use one network',
      })
    if (settings !== null) refuseFields(`NetworkingConfig.EndpointsConfig.${endpoint}.`, settings, ENDPOINT_REFUSALS)
  }
  return name
}

/** Goes into /etc/hosts and the kernel, which takes 64 bytes. */
function checkHostname(text: string): string {
  if (text.length > 64 || /[\s\x00-\x1f\x7f#/]/.test(text)) {
    throw new InvalidArgument(`invalid hostname: ${JSON.stringify(text)}`, {
      fix: 'use up to 64 letters, digits, dots and dashes',
    })
  }
  return text
}

function checkPort(text: string): string {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/.exec(text)
  const ports = [match?.[1], match?.[2] ?? match?.[1]].map(Number)
  if (match === null || ports.some(port => port < 1 || port > 65_535)) {
    throw new InvalidArgument(`invalid port specification: "${text}"`)
  }
  return match[3] === undefined ? `${text}/tcp` : text
}

function checkEnvironment(entry: string): string {
  if (entry === '' || entry.startsWith('=') || entry.includes('\0')) {
    throw new InvalidArgument(`invalid environment variable: ${JSON.stringify(entry.replaceAll('\0', ''))}`)
  }
  return entry
}
