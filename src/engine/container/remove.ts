import { rmSync } from 'node:fs'
import { constants } from 'node:os'
import { Conflict } from '#lib/errors'
import type { EngineDeps } from '../deps.ts'
import { containerFolder, eventAttributes } from './create.ts'
import { handleExit, release } from './exit.ts'
import type { ContainerRecord } from './record.ts'

export interface RemoveOptions {
  /** Kill it first if it runs. */
  readonly force: boolean
}

/** @throws NotFound, Conflict (it runs) */
export async function removeContainer(deps: EngineDeps, nameOrId: string, options: RemoveOptions): Promise<void> {
  const { id } = deps.containers.find(nameOrId)
  const running = await ending(deps, id, options)
  await running?.()
  using _held = await deps.locks.acquire(id)
  const record = deps.containers.get(id)
  if (record === undefined) return // An automatic removal was faster.
  if (record.state.status === 'running') throw stillRunning(record)
  await dismantle(deps, record)
  await deps.meta.durable()
}

/** Kills a running container, if that is allowed, and says how to wait for the end. */
async function ending(
  deps: EngineDeps,
  id: string,
  { force }: RemoveOptions,
): Promise<(() => Promise<void>) | undefined> {
  using _held = await deps.locks.acquire(id)
  const record = deps.containers.get(id)
  if (record?.state.status !== 'running') return undefined
  if (!force) throw stillRunning(record)
  const exited = deps.runtime.exited(id)
  deps.runtime.signal(record.state, constants.signals.SIGKILL)
  return async () => handleExit(deps, id, await exited)
}

function stillRunning(record: ContainerRecord): Conflict {
  return new Conflict(
    `cannot remove container "/${record.name}": container is running: stop the container before removing or force remove`,
  )
}

/**
 * Takes a container that does not run apart; the caller holds its lock. The mark comes first, so that whatever ends
 * this half-way, the next start of the daemon finishes it.
 */
export async function dismantle(deps: EngineDeps, record: ContainerRecord): Promise<void> {
  const { id } = record
  if (!record.removing) deps.containers.put({ ...record, removing: true }, { release: true })
  await release(deps, id)
  await deps.snapshots.remove(id)
  rmSync(containerFolder(deps, id), { recursive: true, force: true })
  deps.containers.remove(record)
  deps.events.publish({ type: 'container', action: 'destroy', id, attributes: eventAttributes(record) })
  deps.waiters.removed(record)
}
