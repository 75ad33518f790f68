import type { Health, HealthResult } from '../container/record.ts'
import type { Healthcheck } from './settings.ts'

const LOG_MAX = 5

/** A container that has just started; what was logged of its earlier runs stays. */
export function starting(last: Health | undefined): Health {
  return { status: 'starting', failingStreak: 0, log: last?.log ?? [] }
}

/** Nobody looks after a container that has ended or is paused: it counts as unhealthy, as with Docker. */
export function unwatched(last: Health): Health {
  return { ...last, status: 'unhealthy' }
}

/**
 * What a probe changes. Until the first success, failures within the start period do not count.
 * @param age milliseconds from the container's start to the probe's
 */
export function afterProbe(last: Health, result: HealthResult, check: Healthcheck, age: number): Health {
  const log = [...last.log, result].slice(-LOG_MAX)
  if (result.code === 0) return { status: 'healthy', failingStreak: 0, log }
  if (last.status === 'starting' && age < check.startPeriod) return { ...last, log }
  const failingStreak = last.failingStreak + 1
  return { status: failingStreak >= check.retries ? 'unhealthy' : last.status, failingStreak, log }
}

/** Milliseconds until the next probe. */
export function probeDelay({ status }: Health, check: Healthcheck, age: number): number {
  return status === 'starting' && age < check.startPeriod ? check.startInterval : check.interval
}
