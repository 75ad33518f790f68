import * as Type from 'typebox'
import type { Mount } from '#linux'
import type { MappedPaths } from './mapped.ts'

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
 *
 * Files are another matter: they are in the kernel's memory until somebody says otherwise. A snapshot that is committed
 * as `pending` is whole for this process, and is forgotten by the next one unless `sync` has come between: after a
 * power loss its record might be on the disk and its files not.
 */
export interface Snapshotter {
  readonly name: string
  prepare(key: string, parent: string | undefined): Promise<void>
  view(key: string, parent: string): Promise<void>
  /** @throws Conflict where `name` is there already; the active snapshot stays then */
  commit(name: string, key: string, options?: CommitOptions): Promise<void>
  /** The files of all snapshots that are pending by now survive power loss; none of them is pending any more. */
  sync(): Promise<void>
  /** With `over` nothing in the snapshot changes, and its user's changes go there. */
  mounts(key: string, over?: Scratch): Mount[]
  /** The folders that hold a snapshot's own layer and, uppermost first, those below it. */
  layers(key: string): { readonly own: string; readonly below: readonly string[] }
  /** The folder into which the layer of an active snapshot is written before anyone mounts it. */
  layerFolder(key: string): string
  /** Where the layer of an active snapshot is put to be mounted from its tar; undefined where that cannot be. */
  mappedPaths(key: string): MappedPaths | undefined
  /** Its record is gone before the call first waits; also one that does not parse. @throws Conflict */
  remove(key: string): Promise<void>
  /** @throws DataCorrupt for a record that does not parse */
  stat(key: string): SnapshotInfo | undefined
  list(): SnapshotInfo[]
  /** Bytes and inodes that belong to this snapshot alone. */
  usage(key: string): Promise<Usage>
  /** Bytes that the disk gives for it, its own folders included; what is committed is measured once. */
  footprint(key: string): Promise<number>
  /** Bytes of what no snapshot has: the folder of all of them, and what is being removed. */
  overhead(): Promise<number>
  /** Removes what no record knows; returns the paths. */
  collect(): Promise<string[]>
}

/** Empty folders of one file system, for what changes and for overlayfs's own work. */
export interface Scratch {
  readonly upper: string
  readonly work: string
}

export const SnapshotRecord = Type.Object({
  key: Type.String(),
  kind: Type.Enum(['active', 'view', 'committed']),
  parent: Type.Optional(Type.String()),
  /** Names the folder: short, because all folders of a chain have to fit into one page of mount options. */
  number: Type.Integer(),
  created: Type.String(),
  /** Bytes of file content in this layer alone, where its maker said so. */
  size: Type.Optional(Type.Integer()),
  pending: Type.Optional(Type.Boolean()),
  /** Its files are mounted from the layer's tar instead of being files of their own. */
  mapped: Type.Optional(Type.Boolean()),
})
export type SnapshotInfo = Readonly<Type.Static<typeof SnapshotRecord>>

export interface CommitOptions {
  /** Bytes of file content in this layer alone, as an image's history counts them. */
  readonly size?: number
  /** Its files need not be on the disk before `sync`. */
  readonly pending?: boolean
  /** What it stands on, where its maker did not know that yet when it was prepared: a layer may be unpacked before the
   * one below it. It must be committed by now. */
  readonly parent?: string
  /** The layer was put at the `mappedPaths`. */
  readonly mapped?: boolean
}

export interface Usage {
  /** What it takes on the disk, folders included. */
  readonly bytes: number
  /** What its files hold, each counted once: the size that Docker's clients are told. */
  readonly contentBytes: number
  readonly inodes: number
}
