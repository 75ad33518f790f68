import { errorText } from '#lib/errors'
import { formatRfc3339Nano, parseRfc3339, toMillis } from '#lib/time'
import type { TaskExit } from '#runtime'
import type { EngineDeps } from '../deps.ts'
import { publishContainer } from '../event/publish.ts'
import { endExecs } from '../exec/end.ts'
import { endHealth } from '../health/watch.ts'
import { release, takeAway } from './dismantle.ts'
import type { ContainerRecord } from './record.ts'
import { NO_RESTART, startsAgain } from './restart-policy.ts'
import { transition } from './state.ts'

/** Waits for the end of a running container and deals with it; one loop for each, begun by start and by restore. */
export function supervise(deps: EngineDeps, id: string): void {
  void (async () => {
    try {
      const exit = await deps.runtime.exited(id)
      await handleExit(deps, id, exit)
    } catch (error) {
      deps.log.error(`cannot follow container ${id}: ${errorText(error)}`)
    }
  })()
}

/** Records the end, gives back what the container held of the host, and removes it if that was asked for. */
export async function handleExit(deps: EngineDeps, id: string, exit: TaskExit): Promise<void> {
  using _held = await deps.locks.acquire(id)
  const record = deps.containers.get(id)
  if (record?.state.status !== 'running') return
  const restarts = isToRestart(deps, record, exit)
  const state = transition(record.state, {
    kind: 'exited',
    code: exit.code,
    oomKilled: exit.oomKilled,
    error: exit.error ?? '',
    finishedAt: formatRfc3339Nano(exit.exitedAt),
    restarts,
  })
  // A container that removes itself is marked in the same write: a daemon that dies here finishes the removal.
  const isLast = record.spec.host.autoRemove && !deps.restarting.has(id)
  const restartCount = (record.restartCount ?? 0) + 1
  const ended: ContainerRecord = {
    ...record,
    ...endHealth(deps, record),
    state,
    removing: isLast,
    ...(restarts && { restartCount }),
  }
  deps.containers.put(ended, { release: true })
  await release(deps, id)
  await endExecs(deps, id)
  const ran = ranMillis(record, exit)
  const execDuration = String(Math.trunc(ran / 1000))
  if (exit.oomKilled) publishContainer(deps, ended, 'oom')
  publishContainer(deps, ended, 'die', { exitCode: String(exit.code), execDuration })
  deps.waiters.exited(ended)
  if (isLast) await takeAway(deps, ended)
  if (restarts) deps.restarter.later(id, ran)
}

function isToRestart(deps: EngineDeps, record: ContainerRecord, { code }: TaskExit): boolean {
  if (deps.restarter.isCancelled(record.id)) return false
  const { restartCount = 0, stopped = false } = record
  return startsAgain(record.spec.host.restart ?? NO_RESTART, { code, restarts: restartCount, isStopped: stopped })
}

/** From start to end. */
function ranMillis({ state }: ContainerRecord, { exitedAt }: TaskExit): number {
  const started = state.status === 'running' ? parseRfc3339(state.startedAt) : undefined
  return started === undefined || exitedAt < started ? 0 : toMillis(exitedAt - started)
}
