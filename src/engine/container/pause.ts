import { Conflict, errorText, SystemError } from '#lib/errors'
import type { EngineDeps } from '../deps.ts'
import { publishContainer } from '../event/publish.ts'
import { controlGroup } from './folder.ts'
import type { ContainerRecord } from './record.ts'
import { isPaused, transition } from './state.ts'

/** Stops every process of a container where it stands. @throws NotFound, Conflict (not running, paused), SystemError */
export async function pauseContainer(deps: EngineDeps, nameOrId: string): Promise<void> {
  const { id } = deps.containers.find(nameOrId)
  using _held = await deps.locks.acquire(id)
  const record = deps.containers.find(id)
  if (record.state.status !== 'running') throw notRunning(record)
  if (isPaused(record)) throw new Conflict(`Container ${id} is already paused`)
  try {
    await deps.groups.freeze(controlGroup(deps, id))
  } catch (error) {
    throw new SystemError(`cannot pause container ${id}: ${errorText(error)}`, { cause: error })
  }
  // Known to be paused before anybody hears of it: a daemon that dies here finds it frozen.
  deps.containers.put({ ...record, state: transition(record.state, { kind: 'paused' }) })
  await deps.meta.durable()
  publishContainer(deps, record, 'pause')
}

/** @throws NotFound, SystemError (not paused, in Docker's words and with its status) */
export async function unpauseContainer(deps: EngineDeps, nameOrId: string): Promise<void> {
  const { id } = deps.containers.find(nameOrId)
  using _held = await deps.locks.acquire(id)
  const record = deps.containers.find(id)
  if (!isPaused(record)) throw new SystemError(`Container ${id} is not paused`)
  resume(deps, record)
  await deps.meta.durable()
}

/** Lets a paused container go on; the caller holds its lock. */
export function resume(deps: EngineDeps, record: ContainerRecord): void {
  deps.groups.thaw(controlGroup(deps, record.id))
  deps.containers.put({ ...record, state: transition(record.state, { kind: 'unpaused' }) })
  publishContainer(deps, record, 'unpause')
}

/** After a start of the daemon, which may have died between the freezer and the record: the kernel is right. */
export function settlePause(deps: EngineDeps, record: ContainerRecord): void {
  const isFrozen = deps.groups.isFrozen(controlGroup(deps, record.id))
  if (record.state.status !== 'running' || isFrozen === isPaused(record)) return
  deps.containers.put({ ...record, state: transition(record.state, { kind: isFrozen ? 'paused' : 'unpaused' }) })
}

function notRunning({ id }: ContainerRecord): Conflict {
  return new Conflict(`container ${id} is not running`)
}
