import { setTimeout as delay } from 'node:timers/promises'
import { errorText } from '#lib/errors'
import { nowNanos, parseRfc3339, toMillis } from '#lib/time'
import type { ContainerRecord, Health, HealthResult } from '../container/record.ts'
import { isPaused } from '../container/state.ts'
import type { EngineDeps } from '../deps.ts'
import { publishContainer } from '../event/publish.ts'
import { afterProbe, probeDelay, starting, unwatched } from './health.ts'
import { probe } from './probe.ts'
import { type Healthcheck, healthcheckOf } from './settings.ts'

/** Timers of longer than this fire at once; it is more than three weeks. */
const TIMER_MAX_MS = 2 ** 31 - 1

/** A container has started, or was found running: its health is looked after from now on, if it has a check. */
export function beginHealth(deps: EngineDeps, record: ContainerRecord): void {
  if (healthcheckOf(record) === undefined) return
  deps.health.set(record.id, starting(deps.health.of(record)))
  resumeHealth(deps, record)
}

/** A paused container goes on: how it is, the next probe says. */
export function resumeHealth(deps: EngineDeps, record: ContainerRecord): void {
  const check = healthcheckOf(record)
  if (check === undefined) return
  const signal = deps.health.begin(record.id)
  watch(deps, record.id, check, signal).catch((error: unknown) => {
    if (!signal.aborted) deps.log.error(`cannot look after the health of container ${record.id}: ${errorText(error)}`)
  })
}

/** Nobody looks after the container any more. @returns what its record is to say of it */
export function endHealth(deps: EngineDeps, record: ContainerRecord): Pick<ContainerRecord, 'health'> {
  deps.health.end(record.id)
  const last = deps.health.of(record)
  if (last === undefined) return {}
  const health = unwatched(last)
  deps.health.set(record.id, health)
  return { health }
}

async function watch(deps: EngineDeps, id: string, check: Healthcheck, signal: AbortSignal): Promise<void> {
  for (;;) {
    const record = deps.containers.get(id)
    const health = record === undefined ? undefined : deps.health.of(record)
    if (record === undefined || health === undefined) return
    const wait = probeDelay(health, check, ageOf(record))
    await delay(Math.min(wait, TIMER_MAX_MS), undefined, { signal, ref: false })
    const begun = ageOf(record)
    const result = await probe(deps, record, check)
    if (signal.aborted) return
    await note(deps, id, check, result, begun, signal)
  }
}

/** Under the container's lock: a verb that has its record in hand would put the old one back. */
async function note(
  deps: EngineDeps,
  id: string,
  check: Healthcheck,
  result: HealthResult,
  age: number,
  signal: AbortSignal,
): Promise<void> {
  using _held = await deps.locks.acquire(id)
  const record = deps.containers.get(id)
  const last = record === undefined ? undefined : deps.health.of(record)
  if (signal.aborted || record === undefined || last === undefined || isPaused(record)) return
  const health = afterProbe(last, result, check, age)
  deps.health.set(id, health)
  if (health.status !== last.status) tellStatus(deps, record, health)
}

function tellStatus(deps: EngineDeps, record: ContainerRecord, health: Health): void {
  deps.containers.put({ ...record, health })
  publishContainer(deps, record, `health_status: ${health.status}`)
  if (health.status === 'unhealthy') deps.health.tellUnhealthy(record)
}

/** Milliseconds since its start. */
function ageOf({ state }: ContainerRecord): number {
  const started = state.status === 'running' ? parseRfc3339(state.startedAt) : undefined
  return started === undefined ? 0 : Math.max(0, toMillis(nowNanos() - started))
}
