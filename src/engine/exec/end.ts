import { errorText } from '#lib/errors'
import type { TaskExit } from '#runtime'
import type { EngineDeps } from '../deps.ts'
import { publishExec } from './event.ts'
import type { ExecRecord } from './record.ts'

/** Waits for the end of a running exec and deals with it; resolves when that is done, and never fails. */
export function superviseExec(deps: EngineDeps, record: ExecRecord, pid: number): Promise<void> {
  const ended = followExec(deps, record, pid)
  deps.execs.follow(record.id, ended)
  return ended
}

async function followExec(deps: EngineDeps, record: ExecRecord, pid: number): Promise<void> {
  try {
    endExec(deps, record, pid, await deps.runtime.execs.exited(record))
  } catch (error) {
    deps.log.error(`cannot follow exec ${record.id}: ${errorText(error)}`)
  }
}

/** Records an end, and tells of it. */
function endExec(deps: EngineDeps, record: ExecRecord, pid: number, { code }: TaskExit): void {
  deps.execs.put(record, { status: 'ended', pid, code })
  for (const old of deps.execs.keepFolder(record)) {
    deps.runtime.execs.remove(old).catch(error => deps.log.warn(`forgetting exec ${old.id}: ${errorText(error)}`))
  }
  publishExec(deps, record, 'exec_die', { exitCode: String(code) })
}

/**
 * The container has ended, and all of its execs with it: returns when their ends are recorded, which belong before the
 * container's own.
 */
export async function endExecs(deps: EngineDeps, container: string): Promise<void> {
  await deps.execs.allEnded(container)
  deps.execs.taskEnded(container)
}
