import type { Ownership } from '#linux'

/** Where in the layer's uncompressed tar the content of a file is. */
export interface StoredContent {
  readonly dataOffset: number
  readonly size: number
  /** The content has holes: it is not in one piece. */
  readonly sparse: boolean
}

/**
 * What the members of a layer are written to, in the order of its tar: a folder on a disk, or the plan of a file system
 * whose files stay in the tar. Paths have neither `.` nor `..`; a link on the way to a parent is followed with the
 * layer's root as `/`; what stands where a member comes gives way.
 */
export interface LayerTarget extends Disposable {
  folder(parent: string, name: string): void
  /** False where there is no such folder any more. `path` '' is the root. */
  finishFolder(path: string, what: Ownership): boolean
  /** A handle for the calls that follow. */
  startFile(parent: string, name: string, content: StoredContent): number
  append(file: number, data: Uint8Array): void
  /** Zeros that are not stored. */
  skip(file: number, length: number): void
  finishFile(file: number, what: Ownership, path: string): void
  symlink(parent: string, name: string, target: string, what: Ownership): void
  /** @throws SyscallError ENOENT where the layer itself has no such target */
  hardlink(parent: string, name: string, targetParent: string, targetName: string): void
  device(
    parent: string,
    name: string,
    kind: 'char' | 'block' | 'fifo',
    major: number,
    minor: number,
    what: Ownership,
  ): void
  whiteout(parent: string, name: string): void
  opaque(path: string): void
}
