import { errorText } from '#lib/errors'
import { formatRfc3339Nano, parseRfc3339 } from '#lib/time'
import type { TaskExit } from '#runtime'
import type { EngineDeps } from '../deps.ts'
import { publishContainer } from '../event/publish.ts'
import { release, takeAway } from './dismantle.ts'
import type { ContainerRecord } from './record.ts'
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
  const state = transition(record.state, {
    kind: 'exited',
    code: exit.code,
    oomKilled: exit.oomKilled,
    error: exit.error ?? '',
    finishedAt: formatRfc3339Nano(exit.exitedAt),
  })
  // A container that removes itself is marked in the same write: a daemon that dies here finishes the removal.
  const isLast = record.spec.host.autoRemove && !deps.restarting.has(id)
  const ended: ContainerRecord = { ...record, state, removing: isLast }
  deps.containers.put(ended, { release: true })
  await release(deps, id)
  publishContainer(deps, ended, 'die', { exitCode: String(exit.code), execDuration: ranSeconds(record, exit) })
  deps.waiters.exited(ended)
  if (isLast) await takeAway(deps, ended)
}

/** Whole seconds from start to end. */
function ranSeconds({ state }: ContainerRecord, { exitedAt }: TaskExit): string {
  const started = state.status === 'running' ? parseRfc3339(state.startedAt) : undefined
  const nanos = started === undefined || exitedAt < started ? 0n : exitedAt - started
  return String(nanos / 1_000_000_000n)
}
