import { errorText } from '#lib/errors'
import type { KnownExec } from '#runtime'
import type { EngineDeps } from '../deps.ts'
import { superviseExec } from './end.ts'
import { parseExecRecord } from './record.ts'

/** Takes up what the exec root knows of execs, after containers. */
export async function restoreExecs(deps: EngineDeps): Promise<void> {
  for (const known of await deps.runtime.execs.list()) {
    if (deps.containers.get(known.container)?.state.status !== 'running') continue // They go with its task.
    try {
      takeUp(deps, known)
    } catch (error) {
      deps.log.warn(`restore: what is kept of exec ${known.id} cannot be read: ${errorText(error)}`)
      await deps.runtime.execs.remove(known)
    }
  }
}

function takeUp(deps: EngineDeps, { description, started, exit }: KnownExec): void {
  const record = parseExecRecord(description)
  if (started === undefined) deps.execs.add(record)
  else if (exit !== undefined) {
    deps.execs.add(record, { status: 'ended', pid: started.pid, code: exit.code })
    deps.execs.keepFolder(record)
  } else {
    deps.execs.add(record, { status: 'running', pid: started.pid })
    void superviseExec(deps, record, started.pid)
  }
}
