import { constants } from 'node:os'
import { parseSignal } from '#runtime'
import type { EngineDeps } from '../deps.ts'
import { publishContainer } from '../event/publish.ts'
import { resume } from './pause.ts'
import type { ContainerRecord } from './record.ts'
import { isPaused, transition } from './state.ts'

/** As `sendSignal`, once nobody else changes the container. */
export async function signalContainer(deps: EngineDeps, id: string, signal: number): Promise<boolean> {
  using _held = await deps.locks.acquire(id)
  const record = deps.containers.get(id)
  return record !== undefined && sendSignal(deps, record, signal)
}

/**
 * Sends a signal to a running container's first process and tells of it; false where that process is gone. A paused
 * container goes on where the signal is to end it, as with Docker: it could not end otherwise. The caller holds the
 * container's lock.
 */
export function sendSignal(deps: EngineDeps, record: ContainerRecord, signal: number): boolean {
  if (record.state.status !== 'running') return false
  const isEnd = isToEnd(record, signal)
  if (isEnd) deps.restarter.cancel(record.id)
  // Before the signal: who ends by it was stopped by somebody, whatever becomes of this process.
  const stopped = { ...record, stopped: true }
  if (record.stopped !== true) deps.containers.put(stopped)
  if (!deps.runtime.signal(record.state, signal)) return false
  if (isPaused(record) && isEnd) resume(deps, stopped)
  publishContainer(deps, record, 'kill', { signal: String(signal) })
  return true
}

/**
 * A container that waits to be started again waits no more. @returns false where it does not wait
 */
export async function giveUpRestart(deps: EngineDeps, id: string): Promise<boolean> {
  using _held = await deps.locks.acquire(id)
  const record = deps.containers.get(id)
  if (record?.state.status !== 'restarting') return false
  deps.restarter.cancel(id)
  const ended = { ...record, stopped: true, state: transition(record.state, { kind: 'given-up' }) }
  deps.containers.put(ended, { release: true })
  await deps.meta.durable()
  deps.waiters.exited(ended)
  return true
}

/** Without a stop signal of its own, Docker takes every signal for one that is to end the container. */
function isToEnd({ spec }: ContainerRecord, signal: number): boolean {
  const { stopSignal } = spec.process
  if (stopSignal === '' || signal === constants.signals.SIGKILL) return true
  return signal === ownSignal(stopSignal)
}

/** An image may name a signal that there is none of: then it is the usual one, as with Docker. */
export function ownSignal(text: string): number {
  try {
    return parseSignal(text)
  } catch {
    return constants.signals.SIGTERM
  }
}
