import { unreachable } from '#lib/errors'
import type { ContainerRecord, RestartPolicy } from './record.ts'

/** Milliseconds before the first start after an end, as with Docker. */
const DELAY_MIN = 100
/** Each further wait is twice as long as the one before it, up to this. */
const DELAY_MAX = 60_000
/** Whatever has run for so long is in order: the next wait is the shortest again. */
const RAN_WELL_MS = 10_000

export const NO_RESTART: RestartPolicy = { name: 'no', retries: 0 }

/** How a run ended. */
export interface Ending {
  readonly code: number
  /** Starts by the policy since somebody started the container. */
  readonly restarts: number
  /** Somebody has sent it a signal since then. */
  readonly isStopped: boolean
}

/** Whether a container that has just ended is started again. */
export function startsAgain({ name, retries }: RestartPolicy, { code, restarts, isStopped }: Ending): boolean {
  switch (name) {
    case 'no':
      return false
    case 'always':
      return true
    case 'unless-stopped':
      return !isStopped
    case 'on-failure':
      return code !== 0 && !isStopped && (retries === 0 || restarts < retries)
    default:
      return unreachable(name)
  }
}

/** Whether a container that does not run is started when the daemon is. */
export function startsWithDaemon({ spec, state, stopped }: ContainerRecord): boolean {
  if (state.status !== 'exited' || state.startedAt === null) return false
  const { name } = spec.host.restart ?? NO_RESTART
  return name === 'always' || (name === 'unless-stopped' && stopped !== true)
}

/** Milliseconds until the next start, after a wait of `last` and a run of `ran`. */
export function restartDelay(last: number | undefined, ran: number): number {
  return last === undefined || ran >= RAN_WELL_MS ? DELAY_MIN : Math.min(last * 2, DELAY_MAX)
}
