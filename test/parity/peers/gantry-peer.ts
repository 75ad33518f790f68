import assert from 'node:assert/strict'
import { TestEngine } from '../../support/engine.ts'
import type { Peer } from './peer.ts'
import { PrivateNetwork } from './private-network.ts'

/** Gantry in a network of its own; disposing of it fails when anything is left (`gantry doctor --leaks`). */
export class GantryPeer implements Peer {
  readonly name = 'gantry'
  readonly engine: TestEngine
  readonly network: PrivateNetwork
  readonly apiVersion: string
  readonly #ownsNetwork: boolean

  private constructor(engine: TestEngine, network: PrivateNetwork, ownsNetwork: boolean, apiVersion: string) {
    this.engine = engine
    this.network = network
    this.apiVersion = apiVersion
    this.#ownsNetwork = ownsNetwork
  }

  /** @param shared where it is to live; a network of its own when it is left out */
  static async start(shared?: PrivateNetwork): Promise<GantryPeer> {
    const network = shared ?? new PrivateNetwork()
    const engine = await network.run(() => TestEngine.startEmpty())
    const { json } = await engine.api('GET', '/version')
    const apiVersion = String((json as { ApiVersion?: unknown }).ApiVersion)
    return new GantryPeer(engine, network, shared === undefined, apiVersion)
  }

  get folder(): string {
    return this.engine.folder
  }

  get socket(): string {
    return this.engine.socket
  }

  get log(): string {
    return this.engine.log
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const left = await this.network.run(() => this.engine.leaks())
    await this.network.run(() => this.engine.teardown())
    if (this.#ownsNetwork) this.network[Symbol.dispose]()
    assert.equal(left, '', 'leaks')
  }
}
