import { boolean, int64, list, map, object, string, uint16, uint64 } from '../schema.ts'

const WeightDevice = object('WeightDevice', { Path: string(), Weight: uint16() })

/** Rate is bytes or operations a second. */
const ThrottleDevice = object('ThrottleDevice', { Path: string(), Rate: uint64() })

const DeviceMapping = object('DeviceMapping', {
  PathOnHost: string(),
  PathInContainer: string(),
  CgroupPermissions: string(),
})

const DeviceRequest = object('DeviceRequest', {
  Driver: string(),
  /** -1 asks for all. */
  Count: int64(),
  DeviceIDs: list(string()),
  /** Any of the lists, all of its members. */
  Capabilities: list(list(string())),
  Options: map(string()),
})

const Ulimit = object('Ulimit', { Name: string(), Hard: int64(), Soft: int64() })

/** Limits and devices: of create, and all that update can change besides the restart policy. Sizes are bytes. */
export const resourceFields = {
  CpuShares: int64(),
  Memory: int64(),
  NanoCpus: int64(),
  CgroupParent: string(),
  BlkioWeight: uint16(),
  BlkioWeightDevice: list(WeightDevice),
  BlkioDeviceReadBps: list(ThrottleDevice),
  BlkioDeviceWriteBps: list(ThrottleDevice),
  BlkioDeviceReadIOps: list(ThrottleDevice),
  BlkioDeviceWriteIOps: list(ThrottleDevice),
  /** Microseconds, as the three below. */
  CpuPeriod: int64(),
  CpuQuota: int64(),
  CpuRealtimePeriod: int64(),
  CpuRealtimeRuntime: int64(),
  CpusetCpus: string(),
  CpusetMems: string(),
  Devices: list(DeviceMapping),
  DeviceCgroupRules: list(string()),
  DeviceRequests: list(DeviceRequest),
  KernelMemory: int64(),
  KernelMemoryTCP: int64(),
  MemoryReservation: int64(),
  /** Memory and swap together; -1 for no limit. */
  MemorySwap: int64(),
  MemorySwappiness: int64(),
  OomKillDisable: boolean(),
  PidsLimit: int64(),
  Ulimits: list(Ulimit),
  CpuCount: int64(),
  CpuPercent: int64(),
  IOMaximumIOps: uint64(),
  IOMaximumBandwidth: uint64(),
} as const
