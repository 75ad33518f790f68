import { constants } from 'node:os'
import { Conflict } from '#lib/errors'
import type { EngineDeps } from '../deps.ts'
import { dismantle } from './dismantle.ts'
import { handleExit } from './exit.ts'
import type { ContainerRecord } from './record.ts'
import { sendSignal } from './signal.ts'
import { isAlive, isPaused } from './state.ts'

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
  if (record === undefined || !isAlive(record)) return undefined
  if (!force) throw stillRunning(record)
  deps.restarter.cancel(id)
  if (record.state.status === 'restarting') return undefined
  const exited = deps.runtime.exited(id)
  sendSignal(deps, record, constants.signals.SIGKILL)
  return async () => handleExit(deps, id, await exited)
}

function stillRunning(record: ContainerRecord): Conflict {
  if (record.state.status === 'restarting') {
    return new Conflict(
      `cannot remove container "${record.name}": container is restarting: stop the container before removing or force remove`,
    )
  }
  if (isPaused(record)) {
    return new Conflict(`cannot remove container "${record.name}": container is paused and must be unpaused first`)
  }
  return new Conflict(
    `cannot remove container "${record.name}": container is running: stop the container before removing or force remove`,
  )
}
