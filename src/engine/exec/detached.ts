import type { EngineDeps } from '../deps.ts'
import { publishExec } from './event.ts'
import type { ExecRecord } from './record.ts'

/** A client has left by the detach keys; the exec goes on. */
export function execDetached(deps: EngineDeps, record: ExecRecord): void {
  publishExec(deps, record, 'exec_detach')
}
