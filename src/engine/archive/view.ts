import type { HeldKey } from '#lib/lock'
import { UndoStack } from '#lib/undo'
import type { MountView, RootRequest } from '#runtime'
import { handleExit } from '../container/exit.ts'
import type { ContainerRecord } from '../container/record.ts'
import type { EngineDeps } from '../deps.ts'
import { fileMounts } from '../process/settings.ts'

/** The files of a container, for as long as somebody copies. */
export interface HeldView extends AsyncDisposable {
  readonly record: ContainerRecord
  readonly view: MountView
  /** Whether somebody waits for the view to be given back. */
  readonly isWanted: boolean
}

/**
 * The files of a container as they are to be read: as its processes see them while it runs, and with its binds mounted
 * otherwise. Nothing in it is changed, and nobody waits for the reader.
 * @throws NotFound
 */
export async function viewForReading(deps: EngineDeps, nameOrId: string): Promise<HeldView> {
  const record = deps.containers.find(nameOrId)
  const running = await viewOfRunning(deps, record)
  if (running !== undefined) return running
  const stopped = deps.containers.find(record.id)
  return held(stopped, deps.runtime.assembleView(rootOf(deps, stopped, true)))
}

/**
 * The same for writing. One that does not run cannot be started or removed before the view is given back: two mounts
 * of one writable layer at once are more than overlayfs takes.
 * @throws NotFound
 */
export async function viewForWriting(deps: EngineDeps, nameOrId: string): Promise<HeldView> {
  const { id } = deps.containers.find(nameOrId)
  await using undo = new UndoStack()
  const lock = await undo.own(deps.locks.acquire(id), held => held[Symbol.dispose]())
  const record = deps.containers.find(id)
  if (record.state.status === 'running') {
    lock[Symbol.dispose]()
    undo.keep()
    return (await viewOfRunning(deps, record)) ?? (await viewForWriting(deps, id))
  }
  const view = deps.runtime.assembleView(rootOf(deps, record, false))
  undo.keep()
  return held(record, view, lock)
}

/** Undefined where it does not run (any more): its end is known then. */
async function viewOfRunning(deps: EngineDeps, record: ContainerRecord): Promise<HeldView | undefined> {
  if (record.state.status !== 'running') return undefined
  const view = deps.runtime.viewOf(record.state)
  if (view !== undefined) return held(record, view)
  await handleExit(deps, record.id, await deps.runtime.exited(record.id))
  return undefined
}

function rootOf(deps: EngineDeps, record: ContainerRecord, isReadOnly: boolean): RootRequest {
  return {
    rootfs: over => deps.snapshots.mounts(record.id, over),
    ...fileMounts(deps, record, record),
    isRootReadOnly: record.spec.host.readonlyRootfs,
    isReadOnly,
  }
}

function held(record: ContainerRecord, view: MountView, lock?: HeldKey): HeldView {
  return {
    record,
    view,
    get isWanted() {
      return lock?.isWanted === true
    },
    async [Symbol.asyncDispose]() {
      using _lock = lock
      await view[Symbol.asyncDispose]()
    },
  }
}
