import type { ContainerCreateRequest } from '#api'
import type { CreateRequest } from '#engine'
import { InvalidArgument } from '#lib/errors'
import { checkDestinations, parseBind } from './bind.ts'
import { convertHealthcheck } from './healthcheck.ts'
import { convertLog } from './log-config.ts'
import { isZero, refuseFields } from './refuse.ts'
import { convertRestartPolicy } from './restart-policy.ts'
import { CONFIG_REFUSALS, ENDPOINT_REFUSALS, HOST_CONFIG_REFUSALS } from './unsupported.ts'

const DEFAULT_SHM_BYTES = 64 * 1024 * 1024
/** Below this, a process cannot even be started in its control group. */
const MEMORY_MIN_BYTES = 6 * 1024 * 1024
const DEFAULT_RUNTIME = ''

type Host = NonNullable<ContainerCreateRequest['HostConfig']>

/**
 * The create request of the API as the engine's: every field decided, and nothing passed over in silence.
 * @throws InvalidArgument, NotImplemented, each naming the field
 */
export function convertCreate(
  body: ContainerCreateRequest,
  name: string | undefined,
  defaultRuntime: string,
): Omit<CreateRequest, 'platform'> {
  const host = body.HostConfig ?? {}
  if (isZero(body.Image)) throw new InvalidArgument('no image specified', { fix: 'set Image to a reference or an id' })
  refuseFields('', body, CONFIG_REFUSALS)
  refuseFields('HostConfig.', host, HOST_CONFIG_REFUSALS)
  const network = convertNetwork(body, host)
  return {
    name,
    spec: {
      image: body.Image ?? '',
      hostname: checkHostname(body.Hostname ?? ''),
      domainname: checkHostname(body.Domainname ?? ''),
      labels: { ...body.Labels },
      exposedPorts: Object.keys(body.ExposedPorts ?? {}).map(checkPort),
      process: convertProcess(body),
      ...(body.Shell === undefined ? {} : { shell: body.Shell.slice() }),
      ...(body.Healthcheck === undefined ? {} : { healthcheck: convertHealthcheck(body.Healthcheck) }),
      host: convertHost(host, network, defaultRuntime),
    },
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

function convertHost(host: Host, network: string, defaultRuntime: string): CreateRequest['spec']['host'] {
  const binds = (host.Binds ?? []).map(parseBind)
  checkDestinations(binds)
  const autoRemove = host.AutoRemove ?? false
  const restart = convertRestartPolicy(host.RestartPolicy)
  if (autoRemove && restart.name !== 'no') {
    throw new InvalidArgument(`can't create 'AutoRemove' container with restart policy`)
  }
  const [rows = 0, columns = 0] = host.ConsoleSize ?? []
  return {
    binds,
    network,
    readonlyRootfs: host.ReadonlyRootfs ?? false,
    autoRemove,
    restart,
    ...convertMemory(host),
    pidsLimit: host.PidsLimit === undefined || host.PidsLimit === 0 ? null : host.PidsLimit,
    shmSize: convertShmSize(host.ShmSize ?? 0),
    runtime: host.Runtime === undefined || host.Runtime === DEFAULT_RUNTIME ? defaultRuntime : host.Runtime,
    log: convertLog(host.LogConfig?.Type ?? '', host.LogConfig?.Config ?? {}),
    ...(isZero(host.ContainerIDFile) ? {} : { idFile: host.ContainerIDFile ?? '' }),
    consoleSize: rows === 0 && columns === 0 ? null : [rows, columns],
  }
}

function convertMemory(host: Host): { memory: number; memorySwap: number } {
  if (host.Memory === undefined || host.Memory === 0) {
    if ((host.MemorySwap ?? 0) > 0) {
      throw new InvalidArgument('You should always set the Memory limit when using Memoryswap limit, see usage')
    }
  }
  checkMemory(host)
  return { memory: host.Memory ?? 0, memorySwap: host.MemorySwap ?? 0 }
}

/** @throws InvalidArgument in Docker's words */
export function checkMemory({
  Memory: memory = 0,
  MemorySwap: memorySwap = 0,
}: Pick<Host, 'Memory' | 'MemorySwap'>): void {
  if (memory < 0 || (memory > 0 && memory < MEMORY_MIN_BYTES)) {
    throw new InvalidArgument('Minimum memory limit allowed is 6MB')
  }
  if (memorySwap > 0 && memorySwap < memory) {
    throw new InvalidArgument('Minimum memoryswap limit should be larger than memory limit, see usage')
  }
  if (memorySwap < -1)
    throw new InvalidArgument(`invalid HostConfig.MemorySwap: ${memorySwap}`, { fix: 'use bytes, 0 or -1' })
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
  if (name.startsWith('container:')) {
    refuseFields('HostConfig.', { NetworkMode: name }, [{ field: 'NetworkMode', flag: '--network container:NAME' }])
  }
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
