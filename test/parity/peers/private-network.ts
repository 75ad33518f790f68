import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createNetworkNamespace,
  inNetworkNamespace,
  LOOPBACK_INDEX,
  linkUp,
  removeNetworkNamespace,
  routeSocketIn,
} from '#linux'

/**
 * A network namespace of an engine's own, so that two engines both have 172.17.0.0/16 and neither changes this host's
 * links, routes and firewall; all of that goes with the namespace.
 */
export class PrivateNetwork implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'parity-net-'))

  constructor() {
    createNetworkNamespace(this.path)
    using socket = routeSocketIn(this.path)
    socket.change(linkUp(LOOPBACK_INDEX))
  }

  /** Where the namespace is pinned. */
  get path(): string {
    return join(this.#folder, 'net')
  }

  /** Processes that `body` starts before it first waits are in the namespace for as long as they live. */
  run<T>(body: () => T): T {
    return inNetworkNamespace(this.path, body)
  }

  [Symbol.dispose](): void {
    removeNetworkNamespace(this.path)
    rmSync(this.#folder, { recursive: true })
  }
}
