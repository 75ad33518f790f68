import { type Change, changesOf } from '#snapshot'
import type { EngineDeps } from '../deps.ts'

/** What a container has changed of its image's files. @throws NotFound */
export async function containerChanges(deps: EngineDeps, nameOrId: string): Promise<readonly Change[]> {
  const { id } = deps.containers.find(nameOrId)
  const { own, below } = deps.snapshots.layers(id)
  return await changesOf(own, below)
}
