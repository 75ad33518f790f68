/** What a member of an archive is. Contiguous files ('7') are files. */
export type TarEntryType = 'file' | 'hardlink' | 'symlink' | 'char' | 'block' | 'dir' | 'fifo'

/** What is said of one member of an archive, by whichever header says it. Names are coded as in `name.ts`. */
export interface TarHeader {
  readonly type: TarEntryType
  /** As it stands in the archive: `./a`, `/a`, `a/../b` and a trailing slash are not touched. Never empty. */
  readonly name: string
  /** Where a link leads; '' for what is none. */
  readonly linkName: string
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly uname: string
  readonly gname: string
  /** Bytes of a file's content (holes included); 0 for everything else. */
  readonly size: number
  /** Nanoseconds since the Unix epoch. */
  readonly mtime: bigint
  readonly atime: bigint | undefined
  readonly ctime: bigint | undefined
  readonly devMajor: number
  readonly devMinor: number
  readonly xattrs: ReadonlyMap<string, Uint8Array>
}

/** A member as it was found in an archive. */
export interface TarEntry extends TarHeader {
  /** Where in the archive its first header begins (extended headers included), in bytes. */
  readonly offset: number
  /** Where its content begins. */
  readonly dataOffset: number
  /** Its content has holes: `size` bytes are not stored in one piece at `dataOffset`. */
  readonly sparse: boolean
}

export const BLOCK = 512

/** Bytes of zeros that follow `size` bytes of content. */
export function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK
}

/** Why a header is no header; the reader adds where. */
export class TarFault extends Error {}
