import { rmSync } from 'node:fs'
import type { EngineDeps } from '../deps.ts'
import { containerFolder, eventAttributes } from './folder.ts'
import type { ContainerRecord } from './record.ts'

/** The task's mounts and runtime state, and the sandbox. Idempotent. */
export async function release(deps: EngineDeps, id: string): Promise<void> {
  await deps.runtime.remove(id)
  await deps.networks.leave(id)
}

/**
 * Takes a container that does not run apart; the caller holds its lock. The mark comes first, so that whatever ends
 * this half-way, the next start of the daemon finishes it.
 */
export async function dismantle(deps: EngineDeps, record: ContainerRecord): Promise<void> {
  if (!record.removing) deps.containers.put({ ...record, removing: true }, { release: true })
  await release(deps, record.id)
  await takeAway(deps, record)
}

/** Layer, files and record of a container that holds nothing of the host any more. The record goes last. */
export async function takeAway(deps: EngineDeps, record: ContainerRecord): Promise<void> {
  const { id } = record
  await deps.snapshots.remove(id)
  rmSync(containerFolder(deps, id), { recursive: true, force: true })
  deps.containers.remove(record)
  deps.execs.forget(id)
  deps.events.publish({ type: 'container', action: 'destroy', id, attributes: eventAttributes(record) })
  deps.waiters.removed(record)
}
