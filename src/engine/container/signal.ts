import type { EngineDeps } from '../deps.ts'
import { publishContainer } from '../event/publish.ts'
import type { ContainerRecord } from './record.ts'

/** Sends a signal to a running container's first process and tells of it; false where that process is gone. */
export function sendSignal(deps: EngineDeps, record: ContainerRecord, signal: number): boolean {
  if (record.state.status !== 'running' || !deps.runtime.signal(record.state, signal)) return false
  publishContainer(deps, record, 'kill', { signal: String(signal) })
  return true
}
