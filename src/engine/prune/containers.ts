import { Conflict, NotFound } from '#lib/errors'
import { parseRfc3339, toMillis } from '#lib/time'
import { folderUsage } from '#snapshot'
import { containerFolder } from '../container/folder.ts'
import type { ContainerRecord } from '../container/record.ts'
import { removeContainer } from '../container/remove.ts'
import { isAlive } from '../container/state.ts'
import type { EngineDeps } from '../deps.ts'
import { meets, type PruneConditions } from './conditions.ts'

export interface PruneContainersOptions {
  readonly conditions: PruneConditions
  /** Says what would go, and changes nothing. */
  readonly dryRun: boolean
}

export interface PrunedContainers {
  readonly ids: readonly string[]
  /** Bytes of the disk: layers, logs and files. */
  readonly bytes: number
}

/** Removes containers that do not run. One that is started meanwhile stays. */
export async function pruneContainers(
  deps: EngineDeps,
  { conditions, dryRun }: PruneContainersOptions,
): Promise<PrunedContainers> {
  const ids: string[] = []
  let bytes = 0
  for (const record of deps.containers.list().filter(found => isPrunable(found, conditions))) {
    try {
      const size = await containerBytes(deps, record.id)
      if (!dryRun) await removeContainer(deps, record.id, { force: false })
      ids.push(record.id)
      bytes += size
    } catch (error) {
      if (!(error instanceof Conflict || error instanceof NotFound)) throw error
    }
  }
  if (!dryRun)
    deps.events.publish({ type: 'container', action: 'prune', id: '', attributes: { reclaimed: String(bytes) } })
  return { ids, bytes }
}

function isPrunable({ state, spec, created }: ContainerRecord, conditions: PruneConditions): boolean {
  return !isAlive({ state }) && meets(conditions, spec.labels, toMillis(parseRfc3339(created) ?? 0n))
}

/** What a container alone takes of the disk. */
export async function containerBytes(deps: EngineDeps, id: string): Promise<number> {
  const [layer, files] = await Promise.all([deps.snapshots.usage(id), folderUsage(containerFolder(deps, id))])
  return layer.bytes + files.bytes
}
