import { closeSync, read, readSync } from 'node:fs'
import { promisify } from 'node:util'
import { type TarMember, tarHeader, tarPadding } from '#lib/tar/writer'
import type { TreeFile } from '#linux'

const readAsync = promisify(read)
const PIECE = 256 * 1024
/** Files of up to so many bytes are read at once. */
const SMALL_BYTES = 32 * 1024
/** Milliseconds after which others get their turn. */
const TURN_MS = 4

/** Attributes by which overlayfs and security modules of this host talk to themselves. */
const OWN_XATTR = /^(trusted\.|user\.overlay\.|security\.(?!capability$))/

/** Turns files of a tree into the bytes of a tar, in pieces of a size that is worth sending. */
export class TreePacker {
  /** First names of files that have more than one, by device and inode. */
  readonly #names = new Map<string, string>()
  #waiting: Uint8Array[] = []
  #bytes = 0
  #turn = performance.now()

  /** Header and content of one file. Sockets are no files for others: nothing. */
  async *file(name: string, file: TreeFile): AsyncGenerator<Buffer> {
    const member = this.#member(name, file)
    if (member === undefined) return
    yield* this.bytes(tarHeader(member))
    if (member.type === 'file' && file.stat.size > 0n) yield* this.#content(file, Number(file.stat.size))
    if (performance.now() - this.#turn > TURN_MS) {
      await new Promise(setImmediate)
      this.#turn = performance.now()
    }
  }

  *bytes(...parts: readonly Uint8Array[]): Generator<Buffer> {
    for (const part of parts) {
      this.#waiting.push(part)
      this.#bytes += part.length
    }
    if (this.#bytes >= PIECE) yield this.flush()
  }

  flush(): Buffer {
    const all = Buffer.concat(this.#waiting)
    this.#waiting = []
    this.#bytes = 0
    return all
  }

  #member(name: string, file: TreeFile): TarMember | undefined {
    const { kind, stat } = file
    if (kind === 'socket') return undefined
    const common = {
      name,
      mode: Number(stat.mode & 0o7777n),
      uid: Number(stat.uid),
      gid: Number(stat.gid),
      mtime: stat.mtimeNs,
    }
    const first = this.#firstName(name, file)
    if (first !== undefined) return { ...common, type: 'hardlink', linkName: first }
    const xattrs = new Map([...file.xattrs()].filter(([key]) => !OWN_XATTR.test(key)))
    switch (kind) {
      case 'file':
        return { ...common, xattrs, type: kind, size: Number(stat.size) }
      case 'symlink':
        return { ...common, xattrs, type: kind, linkName: file.linkTarget() }
      case 'char':
      case 'block': {
        const { major, minor } = file.device
        return { ...common, xattrs, type: kind, devMajor: major, devMinor: minor }
      }
      default:
        return { ...common, xattrs, type: kind }
    }
  }

  #firstName(name: string, { kind, stat }: TreeFile): string | undefined {
    if (kind === 'dir' || stat.nlink < 2n) return undefined
    const key = `${stat.dev} ${stat.ino}`
    const first = this.#names.get(key)
    if (first === undefined) this.#names.set(key, name)
    return first
  }

  /** Exactly `size` bytes, as its header said: what a file loses meanwhile is zeros, what it gains is left out. */
  async *#content(file: TreeFile, size: number): AsyncGenerator<Buffer> {
    const fd = file.openFile()
    try {
      for (let left = size; left > 0; ) {
        const piece = Buffer.allocUnsafe(Math.min(left, PIECE))
        const length =
          size <= SMALL_BYTES ? readSync(fd, piece) : (await readAsync(fd, piece, 0, piece.length, null)).bytesRead
        const part = length > 0 ? piece.subarray(0, length) : Buffer.alloc(piece.length)
        left -= part.length
        yield* this.bytes(part)
      }
      yield* this.bytes(tarPadding(size))
    } finally {
      closeSync(fd)
    }
  }
}
