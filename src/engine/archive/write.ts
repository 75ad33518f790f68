import type { Readable } from 'node:stream'
import { Conflict } from '#lib/errors'
import { lookUpUser, type MountView } from '#runtime'
import { archiveChunks, Unpacking, type UnpackRules } from '#snapshot'
import type { ContainerRecord } from '../container/record.ts'
import type { EngineDeps } from '../deps.ts'
import { publishContainer } from '../event/publish.ts'
import { missingPath } from './not-found.ts'
import { StallWatch } from './stall-watch.ts'
import { viewForWriting } from './view.ts'

export interface WriteOptions {
  /** A folder gives way to a folder alone, and anything else to anything but a folder. */
  readonly noOverwriteDirNonDir: boolean
  /** All files are to be those of the container's user, if it has one. */
  readonly copyUidGid: boolean
  readonly signal: AbortSignal
}

/** Bytes that are unpacked before others get their turn. */
const TURN_BYTES = 256 * 1024

/**
 * Unpacks a tar, which may be packed, into a folder of a container.
 * @throws NotFound; InvalidArgument (no folder, read-only, no tar); SystemError in Docker's words; NoSpace; Conflict
 * where the container ends, or gets in the way, meanwhile
 */
export async function writeToContainer(
  deps: EngineDeps,
  nameOrId: string,
  path: string,
  archive: Readable,
  options: WriteOptions,
): Promise<void> {
  await using files = await viewForWriting(deps, nameOrId)
  const { record, view } = files
  using unpacking = begin(view, record, path, nameOrId, options)
  using watch = new StallWatch(() => files.isWanted)
  for await (const chunk of archiveChunks(archive, AbortSignal.any([options.signal, watch.signal]))) {
    watch.moved()
    for (let at = 0; at < chunk.length; at += TURN_BYTES) {
      requireSameRun(deps, record)
      unpacking.push(chunk.subarray(at, at + TURN_BYTES))
      if (at + TURN_BYTES < chunk.length) await new Promise(setImmediate)
    }
  }
  requireSameRun(deps, record)
  unpacking.end()
  publishContainer(deps, record, 'extract-to-dir')
}

function begin(
  view: MountView,
  record: ContainerRecord,
  path: string,
  nameOrId: string,
  { noOverwriteDirNonDir, copyUidGid }: WriteOptions,
): Unpacking {
  const { user } = record.spec.process
  const rules: UnpackRules = {
    noOverwriteDirNonDir,
    owner: copyUidGid && user !== '' ? lookUpUser(view.root, user) : undefined,
  }
  try {
    return new Unpacking(view.root, path, rules)
  } catch (error) {
    throw missingPath(error, path, nameOrId)
  }
}

/** The layer of one that has ended meanwhile may be mounted by its next run, and is no longer this one's to write. */
function requireSameRun(deps: EngineDeps, record: ContainerRecord): void {
  const now = deps.containers.get(record.id)
  const isSame =
    now !== undefined &&
    !now.removing &&
    (record.state.status === 'running'
      ? now.state.status === 'running' && now.state.startTime === record.state.startTime
      : now.state.status !== 'running')
  if (isSame) return
  throw new Conflict(`container ${record.name} ended while files were copied into it`, { fix: 'copy again' })
}
