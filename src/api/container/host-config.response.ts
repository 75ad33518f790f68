export interface PortBindingResponse {
  readonly HostIp: string
  readonly HostPort: string
}

export interface WeightDeviceResponse {
  readonly Path: string
  readonly Weight: number
}

export interface ThrottleDeviceResponse {
  readonly Path: string
  readonly Rate: number
}

export interface DeviceMappingResponse {
  readonly PathOnHost: string
  readonly PathInContainer: string
  readonly CgroupPermissions: string
}

export interface DeviceRequestResponse {
  readonly Driver: string
  readonly Count: number
  readonly DeviceIDs: readonly string[] | null
  readonly Capabilities: readonly (readonly string[])[] | null
  readonly Options: Readonly<Record<string, string>> | null
}

/** A mount as create asked for it: only what was said. */
export interface MountResponse {
  readonly Type?: string
  readonly Source?: string
  readonly Target?: string
  readonly ReadOnly?: true
  readonly Consistency?: string
  readonly BindOptions?: {
    readonly Propagation?: string
    readonly NonRecursive?: true
    readonly CreateMountpoint?: true
    readonly ReadOnlyNonRecursive?: true
    readonly ReadOnlyForceRecursive?: true
  }
  readonly VolumeOptions?: {
    readonly NoCopy?: true
    readonly Labels?: Readonly<Record<string, string>>
    readonly Subpath?: string
    readonly DriverConfig?: { readonly Name?: string; readonly Options?: Readonly<Record<string, string>> }
  }
  readonly ImageOptions?: { readonly Subpath?: string }
  readonly TmpfsOptions?: {
    readonly SizeBytes?: number
    readonly Mode?: number
    readonly Options?: readonly (readonly string[])[]
  }
  readonly ClusterOptions?: object
}

/** The part of `InspectedHostConfig` that update changes. */
export interface InspectedResources {
  readonly CpuShares: number
  readonly Memory: number
  readonly NanoCpus: number
  readonly CgroupParent: string
  readonly BlkioWeight: number
  readonly BlkioWeightDevice: readonly WeightDeviceResponse[] | null
  readonly BlkioDeviceReadBps: readonly ThrottleDeviceResponse[] | null
  readonly BlkioDeviceWriteBps: readonly ThrottleDeviceResponse[] | null
  readonly BlkioDeviceReadIOps: readonly ThrottleDeviceResponse[] | null
  readonly BlkioDeviceWriteIOps: readonly ThrottleDeviceResponse[] | null
  readonly CpuPeriod: number
  readonly CpuQuota: number
  readonly CpuRealtimePeriod: number
  readonly CpuRealtimeRuntime: number
  readonly CpusetCpus: string
  readonly CpusetMems: string
  readonly Devices: readonly DeviceMappingResponse[] | null
  readonly DeviceCgroupRules: readonly string[] | null
  readonly DeviceRequests: readonly DeviceRequestResponse[] | null
  readonly KernelMemory?: number
  readonly KernelMemoryTCP?: number
  readonly MemoryReservation: number
  readonly MemorySwap: number
  readonly MemorySwappiness: number | null
  readonly OomKillDisable: boolean | null
  readonly PidsLimit: number | null
  readonly Ulimits: readonly { readonly Name: string; readonly Hard: number; readonly Soft: number }[] | null
  readonly CpuCount: number
  readonly CpuPercent: number
  readonly IOMaximumIOps: number
  readonly IOMaximumBandwidth: number
}

/** `HostConfig` of a container in inspect. */
export interface InspectedHostConfig extends InspectedResources {
  readonly Binds: readonly string[] | null
  readonly ContainerIDFile: string
  readonly LogConfig: { readonly Type: string; readonly Config: Readonly<Record<string, string>> | null }
  readonly NetworkMode: string
  readonly PortBindings: Readonly<Record<string, readonly PortBindingResponse[] | null>> | null
  readonly RestartPolicy: { readonly Name: string; readonly MaximumRetryCount: number }
  readonly AutoRemove: boolean
  readonly VolumeDriver: string
  readonly VolumesFrom: readonly string[] | null
  readonly ConsoleSize: readonly [number, number]
  readonly Annotations?: Readonly<Record<string, string>>
  readonly CapAdd: readonly string[] | null
  readonly CapDrop: readonly string[] | null
  readonly CgroupnsMode: string
  readonly Dns: readonly string[] | null
  readonly DnsOptions: readonly string[] | null
  readonly DnsSearch: readonly string[] | null
  readonly ExtraHosts: readonly string[] | null
  readonly GroupAdd: readonly string[] | null
  readonly IpcMode: string
  readonly Cgroup: string
  readonly Links: readonly string[] | null
  readonly OomScoreAdj: number
  readonly PidMode: string
  readonly Privileged: boolean
  readonly PublishAllPorts: boolean
  readonly ReadonlyRootfs: boolean
  readonly SecurityOpt: readonly string[] | null
  readonly StorageOpt?: Readonly<Record<string, string>>
  readonly Tmpfs?: Readonly<Record<string, string>>
  readonly UTSMode: string
  readonly UsernsMode: string
  readonly ShmSize: number
  readonly Sysctls?: Readonly<Record<string, string>>
  readonly Runtime?: string
  readonly Isolation: string
  readonly Mounts?: readonly MountResponse[]
  readonly MaskedPaths: readonly string[] | null
  readonly ReadonlyPaths: readonly string[] | null
  readonly Init?: boolean
}
