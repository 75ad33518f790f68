import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { NotFound, unreachable } from '#lib/errors'
import { randomId } from '#lib/ids'
import { formatRfc3339Nano, nowNanos } from '#lib/time'
import { UndoStack } from '#lib/undo'
import {
  applyRuleset,
  createNetworkNamespace,
  deleteLink,
  type LinkCounters,
  linkCounters,
  listTables,
  RouteSocket,
  removeNetworkNamespace,
  rulesetGeneration,
  writeSysctl,
} from '#linux'
import { type Collection, type Meta, recordParser } from '#meta'
import { connectNamespace, ensureBridge, isolateNamespace, macOf, ownLinks, planBridge } from './bridge.ts'
import { deleteTable, tableRules } from './firewall.ts'
import { leaveForeignFirewalls, passForeignFirewalls } from './foreign-firewall.ts'
import { AddressAllocator } from './ipam.ts'
import { formatIpv4, parseIpv4, parsePrefix } from './ipv4.ts'
import {
  type Endpoint,
  type JoinRequest,
  type Network,
  NetworkRecord,
  type NetworkState,
  type Networks,
  type Sandbox,
  SandboxRecord,
} from './network.ts'

/** Names by which the kernel's objects of this instance are known. */
export interface NetworkNames {
  /** The default bridge, at most 15 characters. */
  readonly bridge: string
  /** Begins the names of host links, with room for eight more characters. */
  readonly linkPrefix: string
  /** The nftables table. */
  readonly table: string
}

export interface NetworksOptions {
  readonly meta: Meta
  readonly execRoot: string
  readonly names: NetworkNames
}

export function openNetworks(options: NetworksOptions): Networks {
  return new LocalNetworks(options)
}

class LocalNetworks implements Networks {
  readonly #meta: Meta
  readonly #names: NetworkNames
  readonly #folder: string
  readonly #networks: Collection<Network>
  readonly #sandboxes: Collection<Sandbox>
  #allocator: AddressAllocator | undefined
  /** The ruleset in which our rules were last seen to be right. */
  #generation: number | undefined

  constructor({ meta, execRoot, names }: NetworksOptions) {
    this.#meta = meta
    this.#names = names
    this.#folder = namespaceFolder(execRoot)
    this.#networks = meta.collection('network', recordParser(NetworkRecord))
    this.#sandboxes = meta.collection('sandbox', recordParser(SandboxRecord))
    this.#createDefaults()
  }

  async prepare(): Promise<void> {
    const bridge = this.#bridge()
    ensureBridge(bridge)
    writeSysctl('net.ipv4.ip_forward', '1')
    await this.#ensureFirewall()
  }

  list(): readonly Network[] {
    return this.#networks.list()
  }

  find(nameOrId: string): Network {
    const all = this.list()
    const named = all.find(network => network.name === nameOrId || network.id === nameOrId)
    const prefixed = all.filter(network => nameOrId !== '' && network.id.startsWith(nameOrId))
    const found = named ?? (prefixed.length === 1 ? prefixed[0] : undefined)
    if (found === undefined) throw new NotFound(`network ${nameOrId} not found`)
    return found
  }

  async join(containerId: string, request: JoinRequest): Promise<Sandbox> {
    const network = this.find(request.network)
    switch (network.driver) {
      case 'host':
        return this.#keep({ ...base(containerId, network), kind: 'host' })
      case 'null':
        return await this.#joinNothing(containerId, network)
      case 'bridge':
        return await this.#joinBridge(containerId, network)
      default:
        return unreachable(network.driver)
    }
  }

  async leave(containerId: string): Promise<void> {
    const sandbox = this.#sandboxes.get(containerId)
    removeNetworkNamespace(this.#namespace(containerId))
    if (sandbox === undefined) return
    if (sandbox.endpoint !== undefined) this.#allocator?.release(parseIpv4(sandbox.endpoint.address))
    this.#meta.write(() => this.#sandboxes.delete(containerId), { release: true })
  }

  sandbox(containerId: string): Sandbox | undefined {
    return this.#sandboxes.get(containerId)
  }

  counters(containerId: string): readonly LinkCounters[] {
    const namespace = this.#sandboxes.get(containerId)?.namespace
    return namespace === undefined || !existsSync(namespace) ? [] : linkCounters(namespace)
  }

  sandboxes(): readonly Sandbox[] {
    return this.#sandboxes.list()
  }

  observe(): Promise<NetworkState> {
    return observeNetwork(this.#names, this.#folder)
  }

  async teardown(): Promise<void> {
    for (const sandbox of this.sandboxes()) await this.leave(sandbox.containerId)
    await removeNetworkState(this.#names, this.#folder)
  }

  async #joinNothing(containerId: string, network: Network): Promise<Sandbox> {
    await using undo = new UndoStack()
    const namespace = this.#namespace(containerId)
    const sandbox = this.#keep({ ...base(containerId, network), kind: 'null', namespace })
    undo.defer(() => this.leave(containerId))
    createNetworkNamespace(namespace)
    isolateNamespace(namespace)
    undo.keep()
    return sandbox
  }

  async #joinBridge(containerId: string, network: Network): Promise<Sandbox> {
    const bridge = this.#bridge()
    if (rulesetGeneration() !== this.#generation) await this.prepare()
    await using undo = new UndoStack()
    const namespace = this.#namespace(containerId)
    const endpoint = this.#newEndpoint(bridge)
    const sandbox = this.#keep({ ...base(containerId, network), kind: 'bridge', namespace, endpoint })
    undo.defer(() => this.leave(containerId))
    createNetworkNamespace(namespace)
    connectNamespace(namespace, bridge, endpoint)
    undo.keep()
    return sandbox
  }

  #newEndpoint(bridge: NonNullable<Network['bridge']>): Endpoint {
    const address = formatIpv4(this.#addresses(bridge).allocate())
    const id = randomId()
    return {
      id,
      address,
      bits: parsePrefix(bridge.subnet).bits,
      gateway: bridge.gateway,
      mac: macOf(address),
      // Not by the container: the kernel may still be taking down the link of its last run.
      hostLink: `${this.#names.linkPrefix}${id.slice(0, 8)}`,
    }
  }

  /** Written before anything is made, so that what a kill leaves behind has a name to be found by. */
  #keep(sandbox: Sandbox): Sandbox {
    this.#sandboxes.put(sandbox.containerId, sandbox)
    return sandbox
  }

  #addresses(bridge: NonNullable<Network['bridge']>): AddressAllocator {
    this.#allocator ??= new AddressAllocator(
      parsePrefix(bridge.subnet),
      [parseIpv4(bridge.gateway)],
      this.sandboxes().flatMap(({ endpoint }) => (endpoint === undefined ? [] : [parseIpv4(endpoint.address)])),
    )
    return this.#allocator
  }

  async #ensureFirewall(): Promise<void> {
    const { link, subnet } = this.#bridge()
    await applyRuleset(tableRules(this.#names.table, { link, subnet }))
    await passForeignFirewalls(link)
    this.#generation = rulesetGeneration()
  }

  #bridge(): NonNullable<Network['bridge']> {
    const { bridge } = this.find('bridge')
    if (bridge === undefined) throw new NotFound('network bridge has no bridge')
    return bridge
  }

  #namespace(containerId: string): string {
    return join(this.#folder, containerId)
  }

  #createDefaults(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const present = new Set(this.#networks.list().map(network => network.name))
    const created = formatRfc3339Nano(nowNanos())
    const missing = [
      { name: 'bridge', driver: 'bridge', plan: () => ({ bridge: planBridge(this.#names.bridge) }) },
      { name: 'host', driver: 'host', plan: () => ({}) },
      { name: 'none', driver: 'null', plan: () => ({}) },
    ] as const
    this.#meta.write(() => {
      for (const { name, driver, plan } of missing) {
        if (present.has(name)) continue
        const id = randomId()
        this.#networks.put(id, { id, name, driver, created, ...plan() })
      }
    })
  }
}

/** What the kernel holds under these names; needs no records, so that it can be asked when there are none. */
export async function observeNetwork(names: NetworkNames, namespaceFolder: string): Promise<NetworkState> {
  const links = ownLinks(names.bridge, names.linkPrefix).map(link => link.name)
  return {
    bridges: links.filter(name => name === names.bridge),
    links: links.filter(name => name !== names.bridge),
    namespaces: existsSync(namespaceFolder) ? readdirSync(namespaceFolder) : [],
    tables: (await listTables('inet')).filter(name => name === names.table),
  }
}

/** Takes away what the kernel holds under these names; needs no records either. */
export async function removeNetworkState(names: NetworkNames, namespaceFolder: string): Promise<void> {
  const state = await observeNetwork(names, namespaceFolder)
  for (const name of state.namespaces) removeNetworkNamespace(join(namespaceFolder, name))
  using socket = new RouteSocket()
  for (const name of [...state.links, ...state.bridges]) deleteLink(socket, name)
  await applyRuleset(deleteTable(names.table))
  await leaveForeignFirewalls(names.bridge)
}

/** Where the network namespaces of an exec root are pinned. */
export function namespaceFolder(execRoot: string): string {
  return join(execRoot, 'netns')
}

function base(containerId: string, network: Network) {
  return { containerId, networkId: network.id, networkName: network.name }
}
