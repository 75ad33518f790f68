import { rmSync } from 'node:fs'
import type { EngineDeps } from '../deps.ts'
import { publishContainer, publishNetwork } from '../event/publish.ts'
import { containerFolder } from './folder.ts'
import type { ContainerRecord } from './record.ts'

/** The task's mounts and runtime state, and the sandbox. Idempotent. */
export async function release(deps: EngineDeps, id: string): Promise<void> {
  await deps.runtime.remove(id)
  await leaveNetwork(deps, id)
}

/** Gives the container's place in its network back. Idempotent. */
export async function leaveNetwork(deps: EngineDeps, id: string): Promise<void> {
  const sandbox = deps.networks.sandbox(id)
  await deps.networks.leave(id)
  if (sandbox !== undefined) publishNetwork(deps, 'disconnect', sandbox)
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
  deps.restarter.forget(id)
  deps.health.forget(id)
  publishContainer(deps, record, 'destroy')
  deps.waiters.removed(record)
}
