import { Conflict } from '#lib/errors'
import type { AttachStream } from '#runtime'
import type { EngineDeps } from '../deps.ts'
import { publishContainer } from '../event/publish.ts'
import { taskIo } from './io.ts'
import { isPaused } from './state.ts'

export interface AttachOptions {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
}

/** Joins a container's streams, whether it runs or is about to. @throws NotFound */
export async function attachContainer(
  deps: EngineDeps,
  nameOrId: string,
  options: AttachOptions,
): Promise<AttachStream> {
  const record = deps.containers.find(nameOrId)
  if (isPaused(record)) {
    throw new Conflict(`container ${nameOrId} is paused, unpause the container before attach`)
  }
  if (record.state.status === 'restarting') {
    throw new Conflict(`container ${nameOrId} is restarting, wait until the container is running`)
  }
  const request = { ...options, stdin: options.stdin && record.spec.process.openStdin }
  const stream = await deps.runtime.attach(record.id, request, taskIo(deps, record))
  publishContainer(deps, record, 'attach')
  return stream
}

/** @throws NotFound, Conflict (not running) */
export async function resizeContainer(
  deps: EngineDeps,
  nameOrId: string,
  size: { readonly columns: number; readonly rows: number },
): Promise<void> {
  const record = deps.containers.find(nameOrId)
  if (record.state.status !== 'running') {
    throw new Conflict(`container ${record.id} is not running`)
  }
  await deps.runtime.resize(record.id, size)
  publishContainer(deps, record, 'resize', { height: String(size.rows), width: String(size.columns) })
}
