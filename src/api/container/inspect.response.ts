import type { Descriptor } from '../image/descriptor.response.ts'
import type { GraphDriver } from '../image/inspect.response.ts'
import type { Endpoint } from '../network/network.response.ts'
import type { InspectedConfig } from './config.response.ts'
import type { InspectedHostConfig, PortBindingResponse } from './host-config.response.ts'

export type ContainerStatus = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead'

export interface HealthcheckResult {
  readonly Start: string
  readonly End: string
  readonly ExitCode: number
  readonly Output: string
}

export interface ContainerHealth {
  readonly Status: 'none' | 'starting' | 'healthy' | 'unhealthy'
  readonly FailingStreak: number
  /** The last five; null before the first. */
  readonly Log: readonly HealthcheckResult[] | null
}

export interface ContainerState {
  readonly Status: ContainerStatus
  /** True while paused or restarting, too. */
  readonly Running: boolean
  readonly Paused: boolean
  readonly Restarting: boolean
  readonly OOMKilled: boolean
  readonly Dead: boolean
  readonly Pid: number
  readonly ExitCode: number
  readonly Error: string
  /** RFC 3339 with nanoseconds; Go's zero time for never, as the next. */
  readonly StartedAt: string
  readonly FinishedAt: string
  readonly Health?: ContainerHealth
}

/** A mount as it is in the container, in inspect and list. */
export interface MountPoint {
  readonly Type?: string
  /** Of a volume. */
  readonly Name?: string
  readonly Source: string
  readonly Destination: string
  readonly Driver?: string
  readonly Mode: string
  readonly RW: boolean
  readonly Propagation: string
}

export interface NetworkSettings {
  readonly Bridge: string
  readonly SandboxID: string
  readonly SandboxKey: string
  /** By `80/tcp`; null for a port that is exposed and not published. */
  readonly Ports: Readonly<Record<string, readonly PortBindingResponse[] | null>>
  readonly HairpinMode: boolean
  readonly LinkLocalIPv6Address: string
  readonly LinkLocalIPv6PrefixLen: number
  readonly SecondaryIPAddresses: readonly SecondaryAddress[] | null
  readonly SecondaryIPv6Addresses: readonly SecondaryAddress[] | null
  /** From here to `MacAddress`: the endpoint in the default network `bridge`, else empty. */
  readonly EndpointID: string
  readonly Gateway: string
  readonly GlobalIPv6Address: string
  readonly GlobalIPv6PrefixLen: number
  readonly IPAddress: string
  readonly IPPrefixLen: number
  readonly IPv6Gateway: string
  readonly MacAddress: string
  readonly Networks: Readonly<Record<string, Endpoint>>
}

export interface SecondaryAddress {
  readonly Addr: string
  readonly PrefixLen: number
}

/** The answer of `GET /containers/{id}/json`. */
export interface ContainerInspectResponse {
  readonly Id: string
  readonly Created: string
  readonly Path: string
  readonly Args: readonly string[]
  readonly State: ContainerState
  /** The id of the image. */
  readonly Image: string
  readonly ResolvConfPath: string
  readonly HostnamePath: string
  readonly HostsPath: string
  readonly LogPath: string
  /** With a leading slash. */
  readonly Name: string
  readonly RestartCount: number
  readonly Driver: string
  readonly Platform: string
  readonly MountLabel: string
  readonly ProcessLabel: string
  readonly AppArmorProfile: string
  readonly ExecIDs: readonly string[] | null
  readonly HostConfig: InspectedHostConfig
  readonly GraphDriver: GraphDriver
  /** Bytes; only where `size` asks for it, as the next. */
  readonly SizeRw?: number
  readonly SizeRootFs?: number
  readonly Mounts: readonly MountPoint[]
  readonly Config: InspectedConfig
  readonly NetworkSettings: NetworkSettings
  readonly ImageManifestDescriptor?: Descriptor
}
