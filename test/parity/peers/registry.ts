import { join } from 'node:path'
import { type OwnRegistry, startOwnRegistry } from '../../support/own-registry.ts'
import type { PrivateNetwork } from './private-network.ts'

/** A registry of its own for an engine, on loopback in the engine's network: both name it alike. */
export const REGISTRY = '127.0.0.1:5000'

export async function startPeerRegistry(folder: string, network: PrivateNetwork): Promise<AsyncDisposable> {
  const registry: OwnRegistry = await startOwnRegistry(join(folder, 'registry'), {
    args: ['--listen', REGISTRY],
    start: spawn => network.run(spawn),
  })
  return { [Symbol.asyncDispose]: () => registry.end('SIGTERM') }
}
