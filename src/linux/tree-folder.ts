import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  opendirSync,
  openSync,
  readdirSync,
  readFileSync,
} from 'node:fs'
import { errorCode } from '#lib/errors'
import { decodeName, encodeName } from '#lib/tar/name'
import { SyscallError } from './errno.ts'
import { checked, close, getxattr, listxattr, openat, readlinkat } from './ffi.ts'

const O_PATH = 0o10000000
const O_CLOEXEC = 0o2000000
const O_NOATIME = 0o1000000
const PATH_BYTES_MAX = 4096
/** What the kernel lets one attribute, and the list of their names, have (xattr(7)). */
const XATTR_BYTES_MAX = 64 * 1024
const ZERO = Buffer.alloc(1)

/** Names that the kernel is asked for, and that are put in order, at a time. */
const READ_NAMES = 1024
const BATCH_NAMES_MAX = 65_536

/** How deep trees are followed: every folder on the way is held open. */
export const TREE_DEPTH_MAX = 1024

export type TreeKind = 'file' | 'dir' | 'symlink' | 'char' | 'block' | 'fifo' | 'socket'

/**
 * A folder of a tree that strangers may be changing at this moment. Everything in it is reached through its
 * descriptor and one name that is not followed, so that no link, whenever it is put there, leads out.
 */
export class TreeFolder implements Disposable {
  readonly #fd: number

  /** The descriptor, open for reading, belongs to it from here on. */
  constructor(fd: number) {
    this.#fd = fd
  }

  /** @throws SystemError where there is none */
  static open(path: string): TreeFolder {
    return new TreeFolder(openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW))
  }

  /** Of what `O_PATH` descriptor `fd` is open on. */
  static reopen(fd: number): TreeFolder {
    return new TreeFolder(openSync(`/proc/self/fd/${fd}`, constants.O_RDONLY | constants.O_DIRECTORY))
  }

  /** In the order of their bytes. */
  names(): string[] {
    return readdirSync(`/proc/self/fd/${this.#fd}`, { encoding: 'buffer' })
      .sort(Buffer.compare)
      .map(name => decodeName(name))
  }

  /** In pieces, each in the order of its bytes: a folder may have more names than memory has room for. */
  *batches(): Generator<string[]> {
    const folder = opendirSync(`/proc/self/fd/${this.#fd}`, { encoding: 'latin1', bufferSize: READ_NAMES })
    try {
      for (let more = true; more; ) {
        const batch: Buffer[] = []
        while (batch.length < BATCH_NAMES_MAX) {
          const entry = folder.readSync()
          more = entry !== null
          if (entry === null) break
          batch.push(Buffer.from(entry.name, 'latin1'))
        }
        yield batch.sort(Buffer.compare).map(name => decodeName(name))
      }
    } finally {
      folder.closeSync()
    }
  }

  /** Undefined where nothing has the name (any more). */
  find(name: string): TreeFile | undefined {
    const path = Buffer.concat([encodeName(name), ZERO])
    try {
      return new TreeFile(checked(openat(this.#fd, path, O_PATH | constants.O_NOFOLLOW | O_CLOEXEC, 0), 'open', name))
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
      throw error
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd)
  }
}

/** By which mount a descriptor was reached: the same file by another is another answer (proc_pid_fdinfo(5)). */
export function mountIdOf(fd: number): number {
  const [, id] = /^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1')) ?? []
  return Number(id)
}

/** One file of any kind, held: whatever happens to its name, this is it. */
export class TreeFile implements Disposable {
  readonly #fd: number
  readonly stat: BigIntStats

  constructor(fd: number) {
    this.#fd = fd
    this.stat = fstatSync(fd, { bigint: true })
  }

  get kind(): TreeKind {
    const { stat } = this
    if (stat.isFile()) return 'file'
    if (stat.isDirectory()) return 'dir'
    if (stat.isSymbolicLink()) return 'symlink'
    if (stat.isCharacterDevice()) return 'char'
    if (stat.isBlockDevice()) return 'block'
    return stat.isFIFO() ? 'fifo' : 'socket'
  }

  /** Overlayfs's mark that a name is gone: a character device 0:0. */
  get isWhiteout(): boolean {
    return this.stat.isCharacterDevice() && this.stat.rdev === 0n
  }

  /** Overlayfs's mark that nothing of the layers below shows in a folder. */
  get isOpaque(): boolean {
    return this.kind === 'dir' && this.xattr('trusted.overlay.opaque')?.toString() === 'y'
  }

  /** major(3) and minor(3). */
  get device(): { readonly major: number; readonly minor: number } {
    const { rdev } = this.stat
    return {
      major: Number(((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n)),
      minor: Number((rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n)),
    }
  }

  linkTarget(): string {
    const target = Buffer.alloc(PATH_BYTES_MAX)
    return decodeName(target, 0, checked(Number(readlinkat(this.#fd, '', target, target.length)), 'readlink'))
  }

  xattr(name: string): Buffer | undefined {
    const value = Buffer.alloc(XATTR_BYTES_MAX)
    const length = Number(getxattr(this.path, name, value, value.length))
    return length < 0 ? undefined : Buffer.from(value.subarray(0, length))
  }

  /** Of file systems without attributes there are none. */
  xattrs(): ReadonlyMap<string, Buffer> {
    const found = new Map<string, Buffer>()
    const length = Number(listxattr(this.path, NAMES, NAMES.length))
    if (length <= 0) return found
    for (const name of NAMES.toString('utf8', 0, length).split('\0')) {
      const value = name === '' ? undefined : this.xattr(name)
      if (value !== undefined) found.set(name, value)
    }
    return found
  }

  openFolder(): TreeFolder {
    return TreeFolder.reopen(this.#fd)
  }

  /** A descriptor of a regular file's content, for the caller to close. */
  openFile(): number {
    if (!this.stat.isFile()) throw new SyscallError(EINVAL, 'open', 'what is no file')
    return openSync(this.path, constants.O_RDONLY | O_NOATIME)
  }

  [Symbol.dispose](): void {
    close(this.#fd)
  }

  /** By which the kernel reaches it, for calls that take no descriptor. Good while it is held. */
  get path(): string {
    return `/proc/self/fd/${this.#fd}`
  }
}

/** For lists of names: one call at a time uses it. */
const NAMES = Buffer.alloc(XATTR_BYTES_MAX)
const EINVAL = 22
