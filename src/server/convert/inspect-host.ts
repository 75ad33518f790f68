import type { InspectedHostConfig, InspectedResources, MountResponse } from '#api'
import type { ContainerRecord } from '#engine'

type Host = ContainerRecord['spec']['host']

/** `HostConfig` of a container. What was not asked for and not decided shows Docker's value for that. */
export function inspectHostConfig({ spec: { host } }: ContainerRecord): InspectedHostConfig {
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
    ...present('Annotations', host.annotations),
    ...names(host),
    ...confinement(host),
    SecurityOpt: host.confinement?.securityOptions ?? (isOpen(host) ? ['label=disable'] : null),
    ...modes(host),
    Cgroup: '',
    Links: null,
    PublishAllPorts: false,
    ReadonlyRootfs: host.readonlyRootfs,
    ...present('Tmpfs', host.tmpfs),
    ShmSize: host.shmSize,
    Runtime: host.runtime,
    Isolation: '',
    ...resources(host),
    ...present(
      'Mounts',
      host.mounts?.map(mount => mount.asked as MountResponse),
    ),
    ...present('Init', host.init),
  }
}

function names({ names: asked = {} }: Host) {
  const { dns = [], dnsOptions = [], dnsSearch = [], extraHosts = null } = asked
  return { Dns: dns, DnsOptions: dnsOptions, DnsSearch: dnsSearch, ExtraHosts: extraHosts }
}

function confinement({ confinement: asked = {} }: Host) {
  const privileged = asked.privileged ?? false
  return {
    CapAdd: asked.capAdd ?? null,
    CapDrop: asked.capDrop ?? null,
    GroupAdd: asked.groups ?? null,
    OomScoreAdj: asked.oomScore ?? 0,
    Privileged: privileged,
    ...present('Sysctls', asked.sysctls),
    MaskedPaths: asked.maskedPaths ?? (privileged ? null : MASKED_PATHS),
    ReadonlyPaths: asked.readonlyPaths ?? (privileged ? null : READONLY_PATHS),
  }
}

/** Docker's mark of what no label could confine. */
function isOpen({ confinement: asked, namespaces }: Host): boolean {
  return asked?.privileged === true || namespaces?.pid === 'host' || namespaces?.ipc === 'host'
}

function modes({ namespaces = {} }: Host) {
  return {
    CgroupnsMode: namespaces.cgroup ?? 'private',
    IpcMode: namespaces.ipc ?? 'private',
    PidMode: namespaces.pid ?? '',
    UTSMode: namespaces.uts ?? '',
    UsernsMode: namespaces.user ?? '',
  }
}

function resources({ cpu = {}, resources: asked = {}, ...host }: Host): InspectedResources {
  return {
    CpuShares: cpu.shares ?? 0,
    Memory: host.memory,
    NanoCpus: cpu.nanoCpus ?? 0,
    CgroupParent: asked.cgroupParent ?? '',
    ...block(asked.block ?? {}),
    CpuPeriod: cpu.period ?? 0,
    CpuQuota: cpu.quota ?? 0,
    CpuRealtimePeriod: cpu.realtimePeriod ?? 0,
    CpuRealtimeRuntime: cpu.realtimeRuntime ?? 0,
    CpusetCpus: cpu.cpus ?? '',
    CpusetMems: cpu.mems ?? '',
    Devices: (asked.devices ?? []).length === 0 ? null : (asked.devices ?? []).map(device),
    DeviceCgroupRules: asked.deviceRules ?? null,
    DeviceRequests: null,
    MemoryReservation: asked.memoryReservation ?? 0,
    MemorySwap: host.memory > 0 && host.memorySwap === 0 ? host.memory * 2 : host.memorySwap,
    MemorySwappiness: asked.swappiness ?? null,
    OomKillDisable: asked.oomKillDisable ?? false,
    PidsLimit: host.pidsLimit,
    Ulimits: asked.ulimits?.map(({ name, soft, hard }) => ({ Name: name, Hard: hard, Soft: soft })) ?? null,
    CpuCount: 0,
    CpuPercent: 0,
    IOMaximumIOps: 0,
    IOMaximumBandwidth: 0,
  }
}

type Block = NonNullable<NonNullable<Host['resources']>['block']>

function block({ weight = 0, weights, readBytes, writeBytes, readOperations, writeOperations }: Block) {
  const rates = (values: Block['readBytes']) => values?.map(each => ({ Path: each.device, Rate: each.value })) ?? null
  return {
    BlkioWeight: weight,
    BlkioWeightDevice: weights?.map(each => ({ Path: each.device, Weight: each.value })) ?? null,
    BlkioDeviceReadBps: rates(readBytes),
    BlkioDeviceWriteBps: rates(writeBytes),
    BlkioDeviceReadIOps: rates(readOperations),
    BlkioDeviceWriteIOps: rates(writeOperations),
  }
}

function device({ source, destination, permissions }: NonNullable<NonNullable<Host['resources']>['devices']>[number]) {
  return { PathOnHost: source, PathInContainer: destination, CgroupPermissions: permissions }
}

/** A member that is only shown where it was asked for. */
function present<K extends string, V>(key: K, value: V | undefined): { readonly [name in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [name in K]?: V })
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
