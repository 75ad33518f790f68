import type { UnixNanos } from '#lib/time'
import type { Prefix } from '#linux'

/**
 * Networks, and the sandboxes that join containers to them.
 *
 * Lifecycle. `prepare` makes what the default networks need of the host (bridge, firewall table) and repairs what was
 * taken away since; it is called when the daemon starts and cheap when nothing changed. `join` makes the sandbox of
 * one container: for a bridge a network namespace that is complete before any process exists, and the files that
 * name the container in it. `leave` takes it away and is idempotent. A sandbox belongs to this boot and outlives the
 * daemon.
 */
export interface Networks {
  prepare(): Promise<void>
  list(): readonly Network[]
  /** @throws NotFound in Docker's words */
  find(nameOrId: string): Network
  join(containerId: string, request: JoinRequest): Promise<Sandbox>
  leave(containerId: string): Promise<void>
  sandbox(containerId: string): Sandbox | undefined
  /** Containers that have a sandbox, for finding leaks. */
  sandboxes(): readonly Sandbox[]
  /** What of this instance is in the kernel. */
  observe(): Promise<NetworkState>
  /** Removes everything of this instance from the kernel. */
  teardown(): Promise<void>
}

export type NetworkDriver = 'bridge' | 'host' | 'null'

export interface Network {
  readonly id: string
  /** `bridge`, `host`, `none`. */
  readonly name: string
  readonly driver: NetworkDriver
  readonly created: UnixNanos
  readonly bridge?: { readonly link: string; readonly subnet: Prefix; readonly gateway: number; readonly mtu: number }
}

export interface JoinRequest {
  readonly network: string
  readonly hostname: string
  readonly domainname: string
}

export interface Sandbox {
  readonly containerId: string
  readonly networkId: string
  readonly networkName: string
  readonly kind: 'bridge' | 'host' | 'none'
  /** Where the network namespace is pinned; undefined for the host's own. */
  readonly namespace: string | undefined
  readonly endpoint: Endpoint | undefined
}

export interface Endpoint {
  readonly id: string
  readonly address: number
  readonly bits: number
  readonly gateway: number
  readonly mac: string
  readonly hostLink: string
}

/** Names of kernel objects that carry this instance's mark. */
export interface NetworkState {
  readonly links: readonly string[]
  readonly namespaces: readonly string[]
  readonly bridges: readonly string[]
  readonly tables: readonly string[]
}
