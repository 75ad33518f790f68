import { Conflict } from '#lib/errors'
import type { EngineDeps } from '../deps.ts'
import { requireRunning } from './create.ts'

/** @throws NotFound, Conflict (not running) */
export async function resizeExec(
  deps: EngineDeps,
  id: string,
  size: { readonly columns: number; readonly rows: number },
): Promise<void> {
  const { record, state } = deps.execs.find(id)
  requireRunning(deps.containers.find(record.container))
  if (state.status === 'created') deps.execs.put({ ...record, consoleSize: [size.rows, size.columns] }, state)
  else if (state.status === 'ended') throw new Conflict(`exec ${id} is not running`)
  else await deps.runtime.execs.resize(record, size)
}
