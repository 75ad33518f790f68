import { join, posix } from 'node:path'
import type { EngineDeps } from '../deps.ts'
import type { ContainerRecord } from './record.ts'

/** Where a container's log and files are, below the data root. */
export function containerFolder(deps: Pick<EngineDeps, 'config'>, id: string): string {
  return join(deps.config.dataRoot, 'containers', id)
}

/** Its control group, absolute within the hierarchies: below the engine's, or where its creator wants it. */
export function controlGroup({ config }: Pick<EngineDeps, 'config'>, { id, spec }: ContainerRecord): string {
  return posix.join('/', spec.host.resources?.cgroupParent ?? config.cgroupParent, id)
}

/** Where its json-file log is. */
export function logPath(deps: Pick<EngineDeps, 'config'>, id: string): string {
  return join(containerFolder(deps, id), `${id}-json.log`)
}
