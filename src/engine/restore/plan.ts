/**
 * What to do when the daemon starts: records say what should be, the monitor and the disk say what is. Pure; each
 * operation says why it is there.
 */
import type { KnownTask, StartedTask, TaskExit } from '#runtime'
import type { ContainerRecord } from '../container/record.ts'
import { startsWithDaemon } from '../container/restart-policy.ts'

export type Operation = { readonly cause: string } & (
  | { readonly kind: 'supervise'; readonly id: string }
  | { readonly kind: 'adopt'; readonly id: string; readonly task: StartedTask }
  | {
      readonly kind: 'exit'
      readonly id: string
      readonly exit: Omit<TaskExit, 'exitedAt'> & { exitedAt: bigint | undefined }
    }
  | { readonly kind: 'restart'; readonly id: string }
  | { readonly kind: 'release'; readonly id: string }
  | { readonly kind: 'dismantle'; readonly id: string }
  | { readonly kind: 'drop-snapshot'; readonly key: string }
  | { readonly kind: 'drop-folder'; readonly id: string }
)

export interface Observed {
  readonly containers: readonly ContainerRecord[]
  /** Ids of records that do not parse: what is theirs is left alone until somebody removes them. */
  readonly damaged: readonly string[]
  readonly tasks: readonly KnownTask[]
  /** Containers that have a sandbox. */
  readonly sandboxes: readonly string[]
  /** Keys of active snapshots. */
  readonly snapshots: readonly string[]
  /** Names of the folders of containers. */
  readonly folders: readonly string[]
  readonly bootId: string
}

/** What a container gets whose end nobody saw, as with Docker. */
const UNKNOWN_EXIT_CODE = 255

export function planRestore(observed: Observed): Operation[] {
  const tasks = new Map(observed.tasks.map(task => [task.id, task]))
  const known = new Map(observed.containers.map(record => [record.id, record]))
  const isKept = (id: string) => known.has(id) || observed.damaged.includes(id)
  const operations = observed.containers.flatMap(record => planContainer(record, tasks.get(record.id), observed))
  const settled = new Set(operations.map(operation => ('id' in operation ? operation.id : '')))
  const leftOver = new Set([...tasks.keys(), ...observed.sandboxes].filter(id => !settled.has(id)))
  for (const id of leftOver) {
    operations.push({
      kind: 'release',
      id,
      cause: isKept(id) ? 'its start was never finished' : 'its container is gone',
    })
  }
  for (const key of observed.snapshots) {
    if (!isKept(key))
      operations.push({ kind: 'drop-snapshot', key, cause: 'its container was never finished or is gone' })
  }
  for (const id of observed.folders) {
    if (!isKept(id)) operations.push({ kind: 'drop-folder', id, cause: 'its container was never finished or is gone' })
  }
  return operations
}

function planContainer(record: ContainerRecord, task: KnownTask | undefined, observed: Observed): Operation[] {
  const { id, state } = record
  if (record.removing) return [{ kind: 'dismantle', id, cause: 'its removal had begun' }]
  if (state.status === 'running') return [planRunning(record, task, observed)]
  if (task?.state === 'running') {
    return [{ kind: 'adopt', id, task: task.task, cause: 'it was started, and the daemon ended before it knew' }]
  }
  if (task?.state === 'exited') {
    const cause = 'it was started and ended, and the daemon ended before it knew'
    return [
      { kind: 'adopt', id, task: task.task, cause },
      { kind: 'exit', id, exit: task.exit, cause },
    ]
  }
  if (state.status === 'restarting') return [{ kind: 'restart', id, cause: 'it was to be started again' }]
  if (startsWithDaemon(record)) return [{ kind: 'restart', id, cause: 'its restart policy says so' }]
  if (state.status === 'exited' && record.spec.host.autoRemove) {
    return [{ kind: 'dismantle', id, cause: 'it has ended and was to be removed' }]
  }
  return []
}

function planRunning({ id, state }: ContainerRecord, task: KnownTask | undefined, { bootId }: Observed): Operation {
  if (task?.state === 'exited') return { kind: 'exit', id, exit: task.exit, cause: 'it ended while no daemon ran' }
  const isSame = state.status === 'running' && task?.state === 'running' && task.task.pid === state.pid
  if (isSame) return { kind: 'supervise', id, cause: 'it is running' }
  const rebooted = state.status === 'running' && state.bootId !== bootId
  const cause = rebooted ? 'the host was restarted' : 'its process is gone and nobody saw it end'
  const exit = { code: UNKNOWN_EXIT_CODE, oomKilled: false, exitedAt: undefined, error: rebooted ? '' : cause }
  return { kind: 'exit', id, exit, cause }
}
