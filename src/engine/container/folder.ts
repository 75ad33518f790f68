import { join } from 'node:path'
import type { EngineDeps } from '../deps.ts'
import type { ContainerRecord } from './record.ts'

/** Where a container's log and files are, below the data root. */
export function containerFolder(deps: Pick<EngineDeps, 'config'>, id: string): string {
  return join(deps.config.dataRoot, 'containers', id)
}

/** Where its json-file log is. */
export function logPath(deps: Pick<EngineDeps, 'config'>, id: string): string {
  return join(containerFolder(deps, id), `${id}-json.log`)
}

/** What Docker tells of a container with each of its events. */
export function eventAttributes(record: ContainerRecord): Record<string, string> {
  return { ...record.spec.labels, image: record.spec.image, name: record.name }
}
