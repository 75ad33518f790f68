import type { EngineDeps } from '../deps.ts'
import { publishContainer } from '../event/publish.ts'
import type { ExecRecord } from './record.ts'

/** Events of an exec are its container's. */
export function publishExec(
  deps: EngineDeps,
  { id: execID, container: id }: ExecRecord,
  action: string,
  more: Readonly<Record<string, string>> = {},
): void {
  const container = deps.containers.get(id)
  if (container !== undefined) publishContainer(deps, container, action, { execID, ...more })
}
