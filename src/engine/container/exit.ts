import { errorText } from '#lib/errors'
import { formatRfc3339Nano } from '#lib/time'
import type { TaskExit } from '#runtime'
import type { EngineDeps } from '../deps.ts'
import { endExecs } from '../exec/end.ts'
import { release, takeAway } from './dismantle.ts'
import { eventAttributes } from './folder.ts'
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
  const ended: ContainerRecord = { ...record, state, removing: record.spec.host.autoRemove }
  deps.containers.put(ended, { release: true })
  await release(deps, id)
  await endExecs(deps, id)
  deps.events.publish({
    type: 'container',
    action: 'die',
    id,
    attributes: { ...eventAttributes(ended), exitCode: String(exit.code) },
  })
  deps.waiters.exited(ended)
  if (ended.spec.host.autoRemove) await takeAway(deps, ended)
}
