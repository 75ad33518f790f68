import { constants } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { NotModified, SystemError } from '#lib/errors'
import { parseSignal } from '#runtime'
import type { EngineDeps } from '../deps.ts'
import { publishContainer } from '../event/publish.ts'
import { handleExit } from './exit.ts'
import { giveUpRestart, ownSignal, signalContainer } from './signal.ts'

/** Seconds between the stop signal and KILL where nobody says otherwise. */
const STOP_TIMEOUT_SECONDS = 10
/** After KILL, a process that the kernel cannot end (in uninterruptible sleep) is not waited for longer. */
const KILL_PATIENCE_MS = 10_000
/** Timers of longer than this fire at once; it is more than three weeks. */
const TIMER_MAX_MS = 2 ** 31 - 1

export interface StopOptions {
  /** '' is the container's own stop signal. */
  readonly signal: string
  /** Seconds; undefined is the container's own; negative waits for ever. */
  readonly timeout: number | undefined
}

/**
 * Asks a container to end, and makes it end after the timeout. Nothing is locked while it waits.
 * @throws NotFound, NotModified (it does not run), InvalidArgument (signal)
 */
export async function stopContainer(deps: EngineDeps, nameOrId: string, options: StopOptions): Promise<void> {
  const record = deps.containers.find(nameOrId)
  const { state, spec, id } = record
  if (state.status === 'restarting' && (await giveUpRestart(deps, id))) {
    publishContainer(deps, record, 'stop')
    return
  }
  if (state.status !== 'running') throw new NotModified(`container ${record.name} is not running`)
  const signal = options.signal === '' ? ownSignal(spec.process.stopSignal) : parseSignal(options.signal)
  const exited = deps.runtime.exited(id)
  await signalContainer(deps, id, signal)
  const timeout = options.timeout ?? spec.process.stopTimeout ?? STOP_TIMEOUT_SECONDS
  if (timeout < 0 || !(await endsWithin(exited, timeout * 1000))) {
    if (timeout >= 0) await signalContainer(deps, id, constants.signals.SIGKILL)
    if (timeout < 0) await exited
    else if (!(await endsWithin(exited, KILL_PATIENCE_MS))) {
      throw new SystemError(`tried to kill container ${record.name}, but it did not end`, {
        fix: 'look at its processes: the kernel holds one of them',
      })
    }
  }
  await handleExit(deps, id, await exited)
  publishContainer(deps, record, 'stop')
}

/** False where the time was up first. Timers count monotonic time. */
async function endsWithin(exited: Promise<unknown>, millis: number): Promise<boolean> {
  if (millis > TIMER_MAX_MS) return await exited.then(() => true)
  const cancelled = new AbortController()
  const timer = delay(millis, false, { signal: cancelled.signal }).catch(() => false)
  try {
    return await Promise.race([exited.then(() => true), timer])
  } finally {
    cancelled.abort()
  }
}
