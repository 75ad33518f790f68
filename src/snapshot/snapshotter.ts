import * as Type from 'typebox'
import type { Mount } from '#linux'

/**
 * Layered file systems.
 *
 * A snapshot is `active` (writable), a `view` (read-only) or `committed` (never changed again). Active ones and views
 * are made by key on top of a committed parent; `commit` turns an active snapshot into a committed one under a name,
 * which may then be a parent itself. `mounts` says how to mount a snapshot; the snapshotter mounts nothing for
 * others. A committed snapshot is removed only when nothing stands on it (Conflict). `remove` of a key that is not
 * there is no error.
 *
 * What a call has promised survives kill -9: a snapshot exists when its record does. Folders without a record are
 * what a kill left behind, and `collect` removes them.
 */
export interface Snapshotter {
  readonly name: string
  prepare(key: string, parent: string | undefined): Promise<void>
  view(key: string, parent: string): Promise<void>
  /** @throws AlreadyCommitted where `name` is there already; the active snapshot stays then */
  commit(name: string, key: string): Promise<void>
  mounts(key: string): Mount[]
  /** The folder into which the layer of an active snapshot is written before anyone mounts it. */
  layerFolder(key: string): string
  remove(key: string): Promise<void>
  stat(key: string): SnapshotInfo | undefined
  list(): SnapshotInfo[]
  /** Bytes and inodes that belong to this snapshot alone. */
  usage(key: string): Promise<Usage>
  /** Removes what no record knows; returns the paths. */
  collect(): Promise<string[]>
}

export const SnapshotRecord = Type.Object({
  key: Type.String(),
  kind: Type.Enum(['active', 'view', 'committed']),
  parent: Type.Optional(Type.String()),
  /** Names the folder: short, because all folders of a chain have to fit into one page of mount options. */
  number: Type.Integer(),
  created: Type.String(),
})
export type SnapshotInfo = Readonly<Type.Static<typeof SnapshotRecord>>

export interface Usage {
  readonly bytes: number
  readonly inodes: number
}
