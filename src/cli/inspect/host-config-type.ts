import {
  ANY,
  BOOL,
  field,
  INT,
  INT64,
  mapOf,
  named,
  pointerTo,
  STRING,
  sliceOf,
  structType,
  UINT16,
  UINT64,
} from '#template'
import { STRINGS, TEXT_MAP } from './common-types.ts'

const optional = { omitEmpty: true }
const STR_SLICE = { ...STRINGS, name: 'strslice.StrSlice' }

/** Bindings by `80/tcp`. */
export const PORT_MAP = mapOf(
  sliceOf(structType('nat.PortBinding', { HostIP: field(STRING, { json: 'HostIp' }), HostPort: STRING })),
  named('string', 'nat.Port'),
)

const WEIGHTS = sliceOf(pointerTo(structType('blkiodev.WeightDevice', { Path: STRING, Weight: UINT16 })))
const RATES = sliceOf(pointerTo(structType('blkiodev.ThrottleDevice', { Path: STRING, Rate: UINT64 })))

const resources = {
  CPUShares: field(INT64, { json: 'CpuShares' }),
  Memory: INT64,
  NanoCPUs: field(INT64, { json: 'NanoCpus' }),
  CgroupParent: STRING,
  BlkioWeight: UINT16,
  BlkioWeightDevice: WEIGHTS,
  BlkioDeviceReadBps: RATES,
  BlkioDeviceWriteBps: RATES,
  BlkioDeviceReadIOps: RATES,
  BlkioDeviceWriteIOps: RATES,
  CPUPeriod: field(INT64, { json: 'CpuPeriod' }),
  CPUQuota: field(INT64, { json: 'CpuQuota' }),
  CPURealtimePeriod: field(INT64, { json: 'CpuRealtimePeriod' }),
  CPURealtimeRuntime: field(INT64, { json: 'CpuRealtimeRuntime' }),
  CpusetCpus: STRING,
  CpusetMems: STRING,
  Devices: sliceOf(
    structType('container.DeviceMapping', { PathOnHost: STRING, PathInContainer: STRING, CgroupPermissions: STRING }),
  ),
  DeviceCgroupRules: STRINGS,
  DeviceRequests: sliceOf(
    structType('container.DeviceRequest', {
      Driver: STRING,
      Count: INT,
      DeviceIDs: STRINGS,
      Capabilities: sliceOf(STRINGS),
      Options: TEXT_MAP,
    }),
  ),
  KernelMemory: field(INT64, optional),
  KernelMemoryTCP: field(INT64, optional),
  MemoryReservation: INT64,
  MemorySwap: INT64,
  MemorySwappiness: pointerTo(INT64),
  OomKillDisable: pointerTo(BOOL),
  PidsLimit: pointerTo(INT64),
  Ulimits: sliceOf(pointerTo(structType('units.Ulimit', { Name: STRING, Hard: INT64, Soft: INT64 }))),
  CPUCount: field(INT64, { json: 'CpuCount' }),
  CPUPercent: field(INT64, { json: 'CpuPercent' }),
  IOMaximumIOps: UINT64,
  IOMaximumBandwidth: UINT64,
}

export const HOST_CONFIG = structType('container.HostConfig', {
  Binds: STRINGS,
  ContainerIDFile: STRING,
  LogConfig: structType('container.LogConfig', { Type: STRING, Config: TEXT_MAP }),
  NetworkMode: named('string', 'container.NetworkMode'),
  PortBindings: PORT_MAP,
  RestartPolicy: structType('container.RestartPolicy', {
    Name: named('string', 'container.RestartPolicyMode'),
    MaximumRetryCount: INT,
  }),
  AutoRemove: BOOL,
  VolumeDriver: STRING,
  VolumesFrom: STRINGS,
  ConsoleSize: sliceOf(named('uint', 'uint')),
  Annotations: field(TEXT_MAP, optional),
  CapAdd: STR_SLICE,
  CapDrop: STR_SLICE,
  CgroupnsMode: named('string', 'container.CgroupnsMode'),
  DNS: field(STRINGS, { json: 'Dns' }),
  DNSOptions: field(STRINGS, { json: 'DnsOptions' }),
  DNSSearch: field(STRINGS, { json: 'DnsSearch' }),
  ExtraHosts: STRINGS,
  GroupAdd: STRINGS,
  IpcMode: named('string', 'container.IpcMode'),
  Cgroup: named('string', 'container.CgroupSpec'),
  Links: STRINGS,
  OomScoreAdj: INT,
  PidMode: named('string', 'container.PidMode'),
  Privileged: BOOL,
  PublishAllPorts: BOOL,
  ReadonlyRootfs: BOOL,
  SecurityOpt: STRINGS,
  StorageOpt: field(TEXT_MAP, optional),
  Tmpfs: field(TEXT_MAP, optional),
  UTSMode: named('string', 'container.UTSMode'),
  UsernsMode: named('string', 'container.UsernsMode'),
  ShmSize: INT64,
  Sysctls: field(TEXT_MAP, optional),
  Runtime: field(STRING, optional),
  Isolation: named('string', 'container.Isolation'),
  ...resources,
  Mounts: field(sliceOf(ANY), optional),
  MaskedPaths: STRINGS,
  ReadonlyPaths: STRINGS,
  Init: field(pointerTo(BOOL), optional),
})
