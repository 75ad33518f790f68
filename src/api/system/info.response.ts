export interface RuntimeInfo {
  readonly path?: string
  readonly runtimeArgs?: readonly string[]
  readonly runtimeType?: string
  readonly options?: Readonly<Record<string, unknown>>
  /** Since API 1.44: `org.opencontainers.runtime-spec.features` as JSON text. */
  readonly status?: Readonly<Record<string, string>>
}

export interface RegistryIndex {
  readonly Name: string
  readonly Mirrors: readonly string[]
  readonly Secure: boolean
  readonly Official: boolean
}

export interface RegistryConfig {
  readonly InsecureRegistryCIDRs: readonly string[] | null
  readonly IndexConfigs: Readonly<Record<string, RegistryIndex>>
  readonly Mirrors: readonly string[] | null
}

export interface SwarmInfo {
  readonly NodeID: string
  readonly NodeAddr: string
  readonly LocalNodeState: 'inactive' | 'pending' | 'active' | 'error' | 'locked'
  readonly ControlAvailable: boolean
  readonly Error: string
  readonly RemoteManagers: readonly { readonly NodeID: string; readonly Addr: string }[] | null
  readonly Nodes?: number
  readonly Managers?: number
  readonly Cluster?: Readonly<Record<string, unknown>>
  readonly Warnings?: readonly string[]
}

export interface Commit {
  readonly ID: string
  /** Before API 1.49: the same once more. */
  readonly Expected?: string
}

type Pairs = readonly (readonly [string, string])[]

/** The answer of `GET /info`. */
export interface InfoResponse {
  readonly ID: string
  readonly Containers: number
  readonly ContainersRunning: number
  readonly ContainersPaused: number
  readonly ContainersStopped: number
  readonly Images: number
  readonly Driver: string
  readonly DriverStatus: Pairs | null
  readonly Plugins: {
    readonly Volume: readonly string[] | null
    readonly Network: readonly string[] | null
    readonly Authorization: readonly string[] | null
    readonly Log: readonly string[] | null
  }
  readonly MemoryLimit: boolean
  readonly SwapLimit: boolean
  readonly KernelMemory?: boolean
  readonly KernelMemoryTCP?: boolean
  readonly CpuCfsPeriod: boolean
  readonly CpuCfsQuota: boolean
  readonly CPUShares: boolean
  readonly CPUSet: boolean
  readonly PidsLimit: boolean
  readonly IPv4Forwarding: boolean
  /** Before API 1.50, always false, as the next. */
  readonly BridgeNfIptables?: false
  readonly BridgeNfIp6tables?: false
  readonly Debug: boolean
  readonly NFd: number
  readonly OomKillDisable: boolean
  readonly NGoroutines: number
  readonly SystemTime: string
  readonly LoggingDriver: string
  readonly CgroupDriver: string
  readonly CgroupVersion?: string
  readonly NEventsListener: number
  readonly KernelVersion: string
  readonly OperatingSystem: string
  readonly OSVersion: string
  readonly OSType: string
  readonly Architecture: string
  readonly IndexServerAddress: string
  readonly RegistryConfig: RegistryConfig | null
  readonly NCPU: number
  /** Bytes. */
  readonly MemTotal: number
  readonly GenericResources: readonly unknown[] | null
  readonly DockerRootDir: string
  readonly HttpProxy: string
  readonly HttpsProxy: string
  readonly NoProxy: string
  readonly Name: string
  readonly Labels: readonly string[]
  readonly ExperimentalBuild: boolean
  readonly ServerVersion: string
  readonly Runtimes: Readonly<Record<string, RuntimeInfo>>
  readonly DefaultRuntime: string
  readonly Swarm: SwarmInfo
  readonly LiveRestoreEnabled: boolean
  readonly Isolation: string
  readonly InitBinary: string
  readonly ContainerdCommit: Commit
  readonly RuncCommit: Commit
  readonly InitCommit: Commit
  /** `name=seccomp,profile=builtin` */
  readonly SecurityOptions: readonly string[] | null
  readonly ProductLicense?: string
  readonly DefaultAddressPools?: readonly { readonly Base: string; readonly Size: number }[]
  /** Since API 1.49. */
  readonly FirewallBackend?: { readonly Driver: string; readonly Info?: Pairs }
  readonly CDISpecDirs: readonly string[] | null
  /** Since API 1.50. */
  readonly DiscoveredDevices?: readonly { readonly Source: string; readonly ID: string }[]
  /** Since API 1.46. */
  readonly Containerd?: {
    readonly Address?: string
    readonly Namespaces: { readonly Containers: string; readonly Plugins: string }
  }
  readonly Warnings: readonly string[] | null
}
