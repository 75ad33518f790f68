import { Conflict, errorText, SystemError } from '#lib/errors'
import type { EngineDeps } from '../deps.ts'
import { publishContainer } from '../event/publish.ts'
import { endHealth, resumeHealth } from '../health/watch.ts'
import { controlGroup } from './folder.ts'
import type { ContainerRecord } from './record.ts'
import { isPaused, restartingWords, transition } from './state.ts'

/** Stops every process of a container where it stands. @throws NotFound, Conflict (not running, paused), SystemError */
export async function pauseContainer(deps: EngineDeps, nameOrId: string): Promise<void> {
  const { id } = deps.containers.find(nameOrId)
  using _held = await deps.locks.acquire(id)
  const record = deps.containers.find(id)
  if (record.state.status !== 'running') throw notRunning(record)
  if (isPaused(record)) throw new Conflict(`Container ${id} is already paused`)
  if (!(await freeze(deps, record))) throw notRunning(record)
  // Known to be paused before anybody hears of it: a daemon that dies here finds it frozen.
  const state = transition(record.state, { kind: 'paused' })
  deps.containers.put({ ...record, ...endHealth(deps, record), state })
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
  deps.groups.thaw(controlGroup(deps, record))
  const running = { ...record, state: transition(record.state, { kind: 'unpaused' }) }
  deps.containers.put(running)
  publishContainer(deps, record, 'unpause')
  resumeHealth(deps, running)
}

/**
 * After a start of the daemon. What is frozen and not known to be paused was in the hands of a verb that was never
 * finished (a commit, or a pause of which nobody was told).
 */
export function settlePause(deps: EngineDeps, record: ContainerRecord): void {
  const group = controlGroup(deps, record)
  if (!isPaused(record)) deps.groups.thaw(group)
  else if (!deps.groups.isFrozen(group)) {
    deps.containers.put({ ...record, state: transition(record.state, { kind: 'unpaused' }) })
  }
}

async function freeze(deps: EngineDeps, record: ContainerRecord): Promise<boolean> {
  try {
    return await deps.groups.freeze(controlGroup(deps, record))
  } catch (error) {
    throw new SystemError(`cannot pause container ${record.id}: ${errorText(error)}`, { cause: error })
  }
}

function notRunning({ id, state }: ContainerRecord): Conflict {
  if (state.status === 'restarting') return new Conflict(restartingWords(id))
  return new Conflict(`container ${id} is not running`)
}
