import { boolean, consoleSize, int64, list, map, object, type Read, string, stringOrList } from '../schema.ts'
import { Mount } from './mount.request.ts'
import { resourceFields } from './resources.request.ts'

export const PortBinding = object('PortBinding', {
  HostIp: string(),
  /** A port, a range, or empty for any free port. */
  HostPort: string(),
})

export const RestartPolicy = object('RestartPolicy', {
  /** Empty, no, always, unless-stopped, on-failure. */
  Name: string(),
  MaximumRetryCount: int64(),
})
export type RestartPolicy = Read<typeof RestartPolicy>

const LogConfig = object('LogConfig', { Type: string(), Config: map(string()) })

/** What a container gets from and may do to its host. */
export const HostConfig = object('HostConfig', {
  /** `source:target[:options]` */
  Binds: list(string()),
  ContainerIDFile: string(),
  LogConfig,
  NetworkMode: string(),
  /** Keys are `80/tcp`. */
  PortBindings: map(list(PortBinding)),
  RestartPolicy,
  AutoRemove: boolean(),
  VolumeDriver: string(),
  VolumesFrom: list(string()),
  ConsoleSize: consoleSize(),
  Annotations: map(string()),
  CapAdd: stringOrList(),
  CapDrop: stringOrList(),
  CgroupnsMode: string(),
  Dns: list(string()),
  DnsOptions: list(string()),
  DnsSearch: list(string()),
  ExtraHosts: list(string()),
  GroupAdd: list(string()),
  IpcMode: string(),
  Cgroup: string(),
  Links: list(string()),
  OomScoreAdj: int64(),
  PidMode: string(),
  Privileged: boolean(),
  PublishAllPorts: boolean(),
  ReadonlyRootfs: boolean(),
  SecurityOpt: list(string()),
  StorageOpt: map(string()),
  Tmpfs: map(string()),
  UTSMode: string(),
  UsernsMode: string(),
  /** Bytes. */
  ShmSize: int64(),
  Sysctls: map(string()),
  Runtime: string(),
  Isolation: string(),
  ...resourceFields,
  Mounts: list(Mount),
  /** Absent for the engine's own, empty for none; so is the next. */
  MaskedPaths: list(string()),
  ReadonlyPaths: list(string()),
  Init: boolean(),
})
export type HostConfig = Read<typeof HostConfig>
