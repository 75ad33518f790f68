import type {
  ContainerInspectResponse,
  ContainerState,
  Endpoint,
  InspectedHostConfig,
  MountPoint,
  NetworkSettings,
} from '#api'
import type { ContainerRecord, Health } from '#engine'
import { ZERO_TIME } from '#lib/time'
import type { Sandbox } from '#network'
import type { ContainerPaths } from '../backends.ts'
import { inspectHealthcheck } from './healthcheck.ts'
import { stateWord } from './state-word.ts'

export interface InspectFacts {
  readonly paths: ContainerPaths
  readonly sandbox: Sandbox | undefined
  readonly networkId: string
  readonly health: Health | undefined
  /** Of execs that have not ended. */
  readonly execIds: readonly string[]
  readonly driver: string
  readonly size: number | undefined
  readonly rootSize: number
}

/** `GET /containers/{id}/json`. */
export function inspectContainer(record: ContainerRecord, facts: InspectFacts): ContainerInspectResponse {
  const { spec } = record
  return {
    Id: record.id,
    Created: record.created,
    Path: record.path,
    Args: record.args,
    State: { ...inspectState(record), ...inspectHealth(facts.health) },
    Image: record.imageId,
    ResolvConfPath: started(record) ? facts.paths.resolvConf : '',
    HostnamePath: started(record) ? facts.paths.hostname : '',
    HostsPath: started(record) ? facts.paths.hosts : '',
    LogPath: started(record) && spec.host.log.driver === 'json-file' ? facts.paths.log : '',
    Name: `/${record.name}`,
    RestartCount: record.restartCount ?? 0,
    Driver: facts.driver,
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: facts.execIds.length === 0 ? null : facts.execIds,
    HostConfig: inspectHostConfig(record),
    GraphDriver: { Data: facts.paths.layers, Name: facts.driver },
    ...(facts.size === undefined ? {} : { SizeRw: facts.size, SizeRootFs: facts.rootSize + facts.size }),
    Mounts: inspectMounts(record),
    Config: inspectConfig(record),
    NetworkSettings: inspectNetwork(record, facts),
  }
}

function started({ state }: ContainerRecord): boolean {
  return state.status !== 'created'
}

export function inspectState(record: ContainerRecord): ContainerState {
  const { state } = record
  const base = { Paused: false, Restarting: false, Dead: false }
  switch (state.status) {
    case 'created':
      return {
        Status: 'created',
        Running: false,
        ...base,
        OOMKilled: false,
        Pid: 0,
        ExitCode: state.code,
        Error: state.error,
        StartedAt: ZERO_TIME,
        FinishedAt: ZERO_TIME,
      }
    case 'running':
      return {
        Status: stateWord(record),
        Running: true,
        ...base,
        Paused: state.paused === true,
        OOMKilled: false,
        Pid: state.pid,
        ExitCode: 0,
        Error: '',
        StartedAt: state.startedAt,
        FinishedAt: state.finishedAt ?? ZERO_TIME,
      }
    case 'restarting':
    case 'exited':
      return {
        Status: state.status,
        Running: state.status === 'restarting',
        ...base,
        Restarting: state.status === 'restarting',
        OOMKilled: state.oomKilled,
        Pid: 0,
        ExitCode: state.code,
        Error: state.error,
        StartedAt: state.startedAt ?? ZERO_TIME,
        FinishedAt: state.finishedAt,
      }
  }
}

function inspectHealth(health: Health | undefined): Pick<ContainerState, 'Health'> {
  if (health === undefined) return {}
  const results = health.log.map(({ start, end, code, output }) => ({
    Start: start,
    End: end,
    ExitCode: code,
    Output: output,
  }))
  return { Health: { Status: health.status, FailingStreak: health.failingStreak, Log: results } }
}

function inspectConfig({ spec }: ContainerRecord): ContainerInspectResponse['Config'] {
  const { process } = spec
  return {
    Hostname: spec.hostname,
    Domainname: spec.domainname,
    User: process.user,
    AttachStdin: process.attachStdin,
    AttachStdout: process.attachStdout,
    AttachStderr: process.attachStderr,
    ...(spec.exposedPorts.length === 0
      ? {}
      : { ExposedPorts: Object.fromEntries(spec.exposedPorts.map(port => [port, {}])) }),
    Tty: process.tty,
    OpenStdin: process.openStdin,
    StdinOnce: process.stdinOnce,
    Env: process.env,
    Cmd: process.cmd,
    ...(spec.healthcheck === undefined ? {} : { Healthcheck: inspectHealthcheck(spec.healthcheck) }),
    Image: spec.image,
    Volumes: null,
    WorkingDir: process.workingDir === '/' ? '' : process.workingDir,
    Entrypoint: process.entrypoint,
    OnBuild: null,
    Labels: spec.labels,
    ...(process.stopSignal === '' ? {} : { StopSignal: process.stopSignal }),
    ...(process.stopTimeout === null ? {} : { StopTimeout: process.stopTimeout }),
    ...(spec.shell === undefined ? {} : { Shell: spec.shell }),
  }
}

/** What was not asked for and not decided shows Docker's value for that. */
function inspectHostConfig({ spec: { host } }: ContainerRecord): InspectedHostConfig {
  return {
    Binds: host.binds.length === 0 ? null : host.binds.map(bind => bind.text),
    ContainerIDFile: host.idFile ?? '',
    LogConfig: { Type: host.log.driver, Config: host.log.options },
    NetworkMode: host.network,
    PortBindings: {},
    RestartPolicy: { Name: host.restart?.name ?? 'no', MaximumRetryCount: host.restart?.retries ?? 0 },
    AutoRemove: host.autoRemove,
    VolumeDriver: '',
    VolumesFrom: null,
    ConsoleSize: host.consoleSize ?? [0, 0],
    CapAdd: null,
    CapDrop: null,
    CgroupnsMode: 'private',
    Dns: [],
    DnsOptions: [],
    DnsSearch: [],
    ExtraHosts: null,
    GroupAdd: null,
    IpcMode: 'private',
    Cgroup: '',
    Links: null,
    OomScoreAdj: 0,
    PidMode: '',
    Privileged: false,
    PublishAllPorts: false,
    ReadonlyRootfs: host.readonlyRootfs,
    SecurityOpt: null,
    UTSMode: '',
    UsernsMode: '',
    ShmSize: host.shmSize,
    Runtime: host.runtime,
    Isolation: '',
    CpuShares: host.cpu?.shares ?? 0,
    Memory: host.memory,
    NanoCpus: host.cpu?.nanoCpus ?? 0,
    CgroupParent: '',
    BlkioWeight: 0,
    BlkioWeightDevice: null,
    BlkioDeviceReadBps: null,
    BlkioDeviceWriteBps: null,
    BlkioDeviceReadIOps: null,
    BlkioDeviceWriteIOps: null,
    CpuPeriod: host.cpu?.period ?? 0,
    CpuQuota: host.cpu?.quota ?? 0,
    CpuRealtimePeriod: 0,
    CpuRealtimeRuntime: 0,
    CpusetCpus: host.cpu?.cpus ?? '',
    CpusetMems: host.cpu?.mems ?? '',
    Devices: null,
    DeviceCgroupRules: null,
    DeviceRequests: null,
    MemoryReservation: 0,
    MemorySwap: host.memory > 0 && host.memorySwap === 0 ? host.memory * 2 : host.memorySwap,
    MemorySwappiness: null,
    OomKillDisable: false,
    PidsLimit: host.pidsLimit,
    Ulimits: null,
    CpuCount: 0,
    CpuPercent: 0,
    IOMaximumIOps: 0,
    IOMaximumBandwidth: 0,
    MaskedPaths: MASKED_PATHS,
    ReadonlyPaths: READONLY_PATHS,
  }
}

/** Docker's lists, which clients may compare; ours hides some more. */
const MASKED_PATHS = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
]
const READONLY_PATHS = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']

export function inspectMounts({ spec: { host } }: ContainerRecord): MountPoint[] {
  return host.binds.map(bind => ({
    Type: 'bind',
    Source: bind.source,
    Destination: bind.destination,
    Mode: bind.text.split(':')[2] ?? '',
    RW: !bind.readonly,
    Propagation: bind.propagation,
  }))
}

function inspectNetwork(record: ContainerRecord, { sandbox, networkId }: InspectFacts): NetworkSettings {
  const endpoint = inspectEndpoint(sandbox, networkId)
  const isDefault = record.spec.host.network === 'bridge'
  return {
    Bridge: '',
    SandboxID: sandbox === undefined ? '' : record.id,
    SandboxKey: sandbox?.namespace ?? '',
    Ports: sandbox?.kind !== 'bridge' ? {} : Object.fromEntries(record.spec.exposedPorts.map(port => [port, null])),
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: isDefault ? endpoint.EndpointID : '',
    Gateway: isDefault ? endpoint.Gateway : '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    IPAddress: isDefault ? endpoint.IPAddress : '',
    IPPrefixLen: isDefault ? endpoint.IPPrefixLen : 0,
    IPv6Gateway: '',
    MacAddress: isDefault ? endpoint.MacAddress : '',
    Networks: { [record.spec.host.network]: endpoint },
  }
}

export function inspectEndpoint(sandbox: Sandbox | undefined, networkId: string): Endpoint {
  const endpoint = sandbox?.endpoint
  return {
    IPAMConfig: null,
    Links: null,
    Aliases: null,
    MacAddress: endpoint?.mac ?? '',
    DriverOpts: null,
    GwPriority: 0,
    NetworkID: networkId,
    EndpointID: endpoint?.id ?? '',
    Gateway: endpoint?.gateway ?? '',
    IPAddress: endpoint?.address ?? '',
    IPPrefixLen: endpoint?.bits ?? 0,
    IPv6Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    DNSNames: null,
  }
}
