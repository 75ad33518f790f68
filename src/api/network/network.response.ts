/** A subnet of a network; what was not asked for and not assigned is absent. */
export interface IpamConfig {
  readonly Subnet?: string
  readonly IPRange?: string
  readonly Gateway?: string
  readonly AuxiliaryAddresses?: Readonly<Record<string, string>>
}

export interface NetworkContainer {
  readonly Name: string
  readonly EndpointID: string
  readonly MacAddress: string
  /** With prefix length; empty where there is none. */
  readonly IPv4Address: string
  readonly IPv6Address: string
}

/** Of list and inspect alike; a list leaves `Containers` empty since API 1.28. */
export interface Network {
  readonly Name: string
  readonly Id: string
  readonly Created: string
  readonly Scope: string
  readonly Driver: string
  readonly EnableIPv4: boolean
  readonly EnableIPv6: boolean
  readonly IPAM: {
    readonly Driver: string
    readonly Options: Readonly<Record<string, string>> | null
    readonly Config: readonly IpamConfig[] | null
  }
  readonly Internal: boolean
  readonly Attachable: boolean
  readonly Ingress: boolean
  readonly ConfigFrom: { readonly Network: string }
  readonly ConfigOnly: boolean
  /** By container id. */
  readonly Containers: Readonly<Record<string, NetworkContainer>>
  readonly Options: Readonly<Record<string, string>>
  readonly Labels: Readonly<Record<string, string>>
  /** Of overlay networks. */
  readonly Peers?: readonly { readonly Name: string; readonly IP: string }[]
}

export interface NetworkCreateResponse {
  readonly Id: string
  readonly Warning: string
}

export interface NetworkPruneResponse {
  readonly NetworksDeleted: readonly string[] | null
}

/** A container's place in a network, in inspect and list. */
export interface Endpoint {
  readonly IPAMConfig: {
    readonly IPv4Address?: string
    readonly IPv6Address?: string
    readonly LinkLocalIPs?: readonly string[]
  } | null
  readonly Links: readonly string[] | null
  readonly Aliases: readonly string[] | null
  readonly MacAddress: string
  readonly DriverOpts: Readonly<Record<string, string>> | null
  readonly GwPriority: number
  readonly NetworkID: string
  readonly EndpointID: string
  readonly Gateway: string
  readonly IPAddress: string
  readonly IPPrefixLen: number
  readonly IPv6Gateway: string
  readonly GlobalIPv6Address: string
  readonly GlobalIPv6PrefixLen: number
  /** Null in a list, and for networks without names. */
  readonly DNSNames: readonly string[] | null
}
