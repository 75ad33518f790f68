import type { ContainerConfig, HostConfig } from '#api'
import { alias, type Flag, type Values } from '../flags/flag.ts'
import { bool, bytes, duration, int, list, string, uint, uint16 } from '../flags/kinds.ts'
import { each, map } from '../flags/lists.ts'
import * as check from './read/checks.ts'
import { readByteRate, readGpus, readOperationRate, readUlimit, readWeight } from './read/device.ts'
import { readMount } from './read/mount.ts'
import { readNetwork } from './read/network.ts'
import { readCpus } from './read/policy.ts'

/** What a flag contributes to the create request. */
export interface Part {
  readonly config?: ContainerConfig
  readonly host?: HostConfig
}

/** A flag whose value alone makes its part of the request. Others, made of several flags, stand in request.ts. */
export interface PartFlag<T> extends Flag<T> {
  part(value: T): Part
}

const config = <T>(flag: Flag<T>, part: (value: T) => ContainerConfig): PartFlag<T> => ({
  ...flag,
  part: value => ({ config: part(value) }),
})

const host = <T>(flag: Flag<T>, part: (value: T) => HostConfig): PartFlag<T> => ({
  ...flag,
  part: value => ({ host: part(value) }),
})

const attach = list('Attach to STDIN, STDOUT or STDERR', {
  short: 'a',
  check: check.attachStream,
  values: ['stdin', 'stdout', 'stderr'],
})
const dnsOption = host(list('Set DNS options'), DnsOptions => ({ DnsOptions: [...DnsOptions] }))
const network = { ...each('Connect a container to a network', 'network', readNetwork), values: 'networks' as const }
const networkAlias = list('Add network-scoped alias for the container')

/**
 * The flags that `run` and `create` share: every one that Docker has, with the field of the create request that it
 * fills. A field is only sent where its flag was given; whether it can be had is the engine's to say.
 */
export const CREATE_FLAGS = {
  'add-host': host(list('Add a custom host-to-IP mapping (host:ip)', { check: check.extraHost }), ExtraHosts => ({
    ExtraHosts: [...ExtraHosts],
  })),
  annotation: host(map('Add an annotation to the container (passed through to the OCI runtime)'), Annotations => ({
    Annotations,
  })),
  attach,
  'blkio-weight': host(
    uint16('Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)'),
    BlkioWeight => ({ BlkioWeight }),
  ),
  'blkio-weight-device': host(each('Block IO weight (relative device weight)', 'list', readWeight), devices => ({
    BlkioWeightDevice: [...devices],
  })),
  'cap-add': host(list('Add Linux capabilities'), CapAdd => ({ CapAdd: [...CapAdd] })),
  'cap-drop': host(list('Drop Linux capabilities'), CapDrop => ({ CapDrop: [...CapDrop] })),
  'cgroup-parent': host(string('Optional parent cgroup for the container'), CgroupParent => ({ CgroupParent })),
  cgroupns: host(string('Cgroup namespace to use (host|private)', { values: ['host', 'private'] }), CgroupnsMode => ({
    CgroupnsMode,
  })),
  cidfile: host(string('Write the container ID to the file', { values: 'files' }), ContainerIDFile => ({
    ContainerIDFile,
  })),
  'cpu-count': host(int('CPU count (Windows only)', { hidden: true }), CpuCount => ({ CpuCount })),
  'cpu-percent': host(int('CPU percent (Windows only)', { hidden: true }), CpuPercent => ({ CpuPercent })),
  'cpu-period': host(int('Limit CPU CFS (Completely Fair Scheduler) period'), CpuPeriod => ({ CpuPeriod })),
  'cpu-quota': host(int('Limit CPU CFS (Completely Fair Scheduler) quota'), CpuQuota => ({ CpuQuota })),
  'cpu-rt-period': host(int('Limit CPU real-time period in microseconds'), CpuRealtimePeriod => ({
    CpuRealtimePeriod,
  })),
  'cpu-rt-runtime': host(int('Limit CPU real-time runtime in microseconds'), CpuRealtimeRuntime => ({
    CpuRealtimeRuntime,
  })),
  'cpu-shares': host(int('CPU shares (relative weight)', { short: 'c' }), CpuShares => ({ CpuShares })),
  cpus: host(
    { usage: 'Number of CPUs', kind: 'decimal', initial: 0, add: (_: number, text: string) => readCpus(text) },
    NanoCpus => ({ NanoCpus }),
  ),
  'cpuset-cpus': host(string('CPUs in which to allow execution (0-3, 0,1)'), CpusetCpus => ({ CpusetCpus })),
  'cpuset-mems': host(string('MEMs in which to allow execution (0-3, 0,1)'), CpusetMems => ({ CpusetMems })),
  device: list('Add a host device to the container', { values: 'files' }),
  'device-cgroup-rule': host(
    list('Add a rule to the cgroup allowed devices list', { check: check.deviceCgroupRule }),
    rules => ({ DeviceCgroupRules: [...rules] }),
  ),
  'device-read-bps': host(each('Limit read rate (bytes per second) from a device', 'list', readByteRate), rates => ({
    BlkioDeviceReadBps: [...rates],
  })),
  'device-read-iops': host(each('Limit read rate (IO per second) from a device', 'list', readOperationRate), rates => ({
    BlkioDeviceReadIOps: [...rates],
  })),
  'device-write-bps': host(each('Limit write rate (bytes per second) to a device', 'list', readByteRate), rates => ({
    BlkioDeviceWriteBps: [...rates],
  })),
  'device-write-iops': host(each('Limit write rate (IO per second) to a device', 'list', readOperationRate), rates => ({
    BlkioDeviceWriteIOps: [...rates],
  })),
  'disable-content-trust': bool('Skip image verification', { initial: true }),
  dns: host(list('Set custom DNS servers', { check: check.ipAddress }), Dns => ({ Dns: [...Dns] })),
  'dns-opt': alias('dns-option', dnsOption, { hidden: true }),
  'dns-option': dnsOption,
  'dns-search': host(list('Set custom DNS search domains', { check: check.dnsSearch }), DnsSearch => ({
    DnsSearch: [...DnsSearch],
  })),
  domainname: config(string('Container NIS domain name'), Domainname => ({ Domainname })),
  entrypoint: config(string('Overwrite the default ENTRYPOINT of the image'), entrypoint => ({
    Entrypoint: [entrypoint],
  })),
  env: list('Set environment variables', { short: 'e', check: check.variable }),
  'env-file': list('Read in a file of environment variables', { values: 'files' }),
  expose: list('Expose a port or a range of ports'),
  gpus: each("GPU devices to add to the container ('all' to pass all GPUs)", 'gpu-request', readGpus),
  'group-add': host(list('Add additional groups to join'), GroupAdd => ({ GroupAdd: [...GroupAdd] })),
  'health-cmd': string('Command to run to check health'),
  'health-http': string("Check health by HTTP over the container's network, as in :8080/ready"),
  'health-tcp': string("Check health by a TCP connection over the container's network, as in :5432"),
  'health-on-failure': string('What to do when the container turns unhealthy (none|kill|restart|stop)', {
    values: ['none', 'kill', 'restart', 'stop'],
  }),
  'health-interval': duration('Time between running the check (ms|s|m|h) (default 0s)'),
  'health-retries': int('Consecutive failures needed to report unhealthy'),
  'health-start-interval': duration('Time between running the check during the start period (ms|s|m|h) (default 0s)'),
  'health-start-period': duration(
    'Start period for the container to initialize before starting health-retries countdown (ms|s|m|h) (default 0s)',
  ),
  'health-timeout': duration('Maximum time to allow one check to run (ms|s|m|h) (default 0s)'),
  help: bool('Print usage'),
  hostname: config(string('Container host name', { short: 'h' }), Hostname => ({ Hostname })),
  init: host(bool('Run an init inside the container that forwards signals and reaps processes'), Init => ({ Init })),
  interactive: bool('Keep STDIN open even if not attached', { short: 'i' }),
  'io-maxbandwidth': host(
    bytes('Maximum IO bandwidth limit for the system drive (Windows only)', { hidden: true }),
    IOMaximumBandwidth => ({ IOMaximumBandwidth }),
  ),
  'io-maxiops': host(
    uint('Maximum IOps limit for the system drive (Windows only)', { hidden: true }),
    IOMaximumIOps => ({ IOMaximumIOps }),
  ),
  ip: string('IPv4 address (e.g., 172.30.100.104)'),
  ip6: string('IPv6 address (e.g., 2001:db8::33)'),
  ipc: host(string('IPC mode to use'), IpcMode => ({ IpcMode })),
  isolation: host(string('Container isolation technology'), Isolation => ({ Isolation })),
  'kernel-memory': host(bytes('Kernel memory limit'), KernelMemory => ({ KernelMemory })),
  label: list('Set meta data on a container', { short: 'l', check: check.label }),
  'label-file': list('Read in a line delimited file of labels', { values: 'files' }),
  link: list('Add link to another container', { check: check.link, values: 'containers' }),
  'link-local-ip': list('Container IPv4/IPv6 link-local addresses'),
  'log-driver': string('Logging driver for the container'),
  'log-opt': list('Log driver options'),
  'mac-address': string('Container MAC address (e.g., 92:d0:c6:0a:29:33)'),
  memory: host(bytes('Memory limit', { short: 'm' }), Memory => ({ Memory })),
  'memory-reservation': host(bytes('Memory soft limit'), MemoryReservation => ({ MemoryReservation })),
  'memory-swap': host(
    bytes("Swap limit equal to memory plus swap: '-1' to enable unlimited swap", { unlimited: true }),
    MemorySwap => ({ MemorySwap }),
  ),
  'memory-swappiness': host(int('Tune container memory swappiness (0 to 100)', { initial: -1 }), MemorySwappiness => ({
    MemorySwappiness,
  })),
  mount: host(each('Attach a filesystem mount to the container', 'mount', readMount), Mounts => ({
    Mounts: [...Mounts],
  })),
  name: string('Assign a name to the container'),
  net: alias('network', network, { hidden: true }),
  'net-alias': alias('network-alias', networkAlias, { hidden: true }),
  network,
  'network-alias': networkAlias,
  'no-healthcheck': bool('Disable any container-specified HEALTHCHECK'),
  'oom-kill-disable': host(bool('Disable OOM Killer'), OomKillDisable => ({ OomKillDisable })),
  'oom-score-adj': host(int("Tune host's OOM preferences (-1000 to 1000)"), OomScoreAdj => ({ OomScoreAdj })),
  pid: host(string('PID namespace to use'), PidMode => ({ PidMode })),
  'pids-limit': host(int('Tune container pids limit (set -1 for unlimited)'), PidsLimit => ({ PidsLimit })),
  platform: string('Set platform if server is multi-platform capable'),
  privileged: host(bool('Give extended privileges to this container'), Privileged => ({ Privileged })),
  publish: list("Publish a container's port(s) to the host", { short: 'p' }),
  'publish-all': host(bool('Publish all exposed ports to random ports', { short: 'P' }), PublishAllPorts => ({
    PublishAllPorts,
  })),
  pull: string('Pull image before running ("always", "missing", "never")', {
    initial: 'missing',
    values: ['always', 'missing', 'never'],
  }),
  quiet: bool('Suppress the pull output', { short: 'q' }),
  'read-only': host(bool("Mount the container's root filesystem as read only"), ReadonlyRootfs => ({ ReadonlyRootfs })),
  restart: string('Restart policy to apply when a container exits', {
    initial: 'no',
    values: ['no', 'always', 'on-failure', 'unless-stopped'],
  }),
  rm: host(
    bool('Automatically remove the container and its associated anonymous volumes when it exits'),
    AutoRemove => ({ AutoRemove }),
  ),
  runtime: host(string('Runtime to use for this container'), Runtime => ({ Runtime })),
  'security-opt': list('Security Options'),
  'shm-size': host(bytes('Size of /dev/shm'), ShmSize => ({ ShmSize })),
  'stop-signal': config(string('Signal to stop the container'), StopSignal => ({ StopSignal })),
  'stop-timeout': config(int('Timeout (in seconds) to stop a container'), StopTimeout => ({ StopTimeout })),
  'storage-opt': list('Storage driver options for the container'),
  sysctl: host(map('Sysctl options', check.sysctl), Sysctls => ({ Sysctls })),
  tmpfs: list('Mount a tmpfs directory'),
  tty: config(bool('Allocate a pseudo-TTY', { short: 't' }), Tty => ({ Tty })),
  tz: string("Set the time zone: 'local', or 'Area/City' of the zones on the engine's host"),
  ulimit: host(each('Ulimit options', 'ulimit', readUlimit), ulimits => ({ Ulimits: lastOfEachName(ulimits) })),
  'use-api-socket': bool('Bind mount Docker API socket and required auth', { hidden: true }),
  user: config(string('Username or UID (format: <name|uid>[:<group|gid>])', { short: 'u' }), User => ({ User })),
  userns: host(string('User namespace to use'), UsernsMode => ({ UsernsMode })),
  uts: host(string('UTS namespace to use'), UTSMode => ({ UTSMode })),
  volume: list('Bind mount a volume', { short: 'v' }),
  'volume-driver': host(string('Optional volume driver for the container'), VolumeDriver => ({ VolumeDriver })),
  'volumes-from': host(
    list('Mount volumes from the specified container(s)', { values: 'containers' }),
    VolumesFrom => ({ VolumesFrom: [...VolumesFrom] }),
  ),
  workdir: config(string('Working directory inside the container', { short: 'w' }), WorkingDir => ({ WorkingDir })),
}

export type CreateFlags = Values<typeof CREATE_FLAGS>

function lastOfEachName<U extends { readonly Name: string }>(ulimits: readonly U[]): U[] {
  const byName = new Map(ulimits.map(ulimit => [ulimit.Name, ulimit]))
  return [...byName.values()].sort((a, b) => (a.Name < b.Name ? -1 : 1))
}
