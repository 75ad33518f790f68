import * as Type from 'typebox'
import type { LinkCounters } from '#linux'

export type { LinkCounters } from '#linux'

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
  /** What went through the links of the container's own network. */
  counters(containerId: string): readonly LinkCounters[]
  /** Containers that have a sandbox, for finding leaks. */
  sandboxes(): readonly Sandbox[]
  /** What of this instance is in the kernel. */
  observe(): Promise<NetworkState>
  /** Removes everything of this instance from the kernel. */
  teardown(): Promise<void>
}

const BridgeRecord = Type.Object({
  link: Type.String(),
  /** `172.17.0.0/16` */
  subnet: Type.String(),
  gateway: Type.String(),
  mtu: Type.Integer(),
})

export const NetworkRecord = Type.Object({
  id: Type.String(),
  /** `bridge`, `host`, `none`. */
  name: Type.String(),
  driver: Type.Enum(['bridge', 'host', 'null']),
  /** RFC 3339 with nanoseconds. */
  created: Type.String(),
  bridge: Type.Optional(BridgeRecord),
})
export type Network = Readonly<Type.Static<typeof NetworkRecord>>

export interface JoinRequest {
  readonly network: string
}

const EndpointRecord = Type.Object({
  id: Type.String(),
  address: Type.String(),
  bits: Type.Integer(),
  gateway: Type.String(),
  mac: Type.String(),
  hostLink: Type.String(),
})
export type Endpoint = Readonly<Type.Static<typeof EndpointRecord>>

export const SandboxRecord = Type.Object({
  containerId: Type.String(),
  networkId: Type.String(),
  networkName: Type.String(),
  kind: Type.Enum(['bridge', 'host', 'null']),
  /** Where the network namespace is pinned; absent for the host's own. */
  namespace: Type.Optional(Type.String()),
  endpoint: Type.Optional(EndpointRecord),
})
export type Sandbox = Readonly<Type.Static<typeof SandboxRecord>>

/** Names of kernel objects that carry this instance's mark. */
export interface NetworkState {
  readonly links: readonly string[]
  readonly namespaces: readonly string[]
  readonly bridges: readonly string[]
  readonly tables: readonly string[]
}
