import { closeSync, constants, fstatSync, ftruncateSync, openSync, rmSync } from 'node:fs'
import { encodeName } from '#lib/tar/name'
import { SyscallError } from './errno.ts'
import {
  checked,
  close,
  fchownat,
  fsetxattr,
  linkat,
  lseek,
  lsetxattr,
  mkdirat,
  mknodat,
  openat,
  openat2,
  symlinkat,
  unlinkat,
  utimensat,
  write,
} from './ffi.ts'
import { kernelName } from './file-name.ts'
import { deviceNumber, ignoreUnsupported, type Ownership, setByDescriptor, timesOf } from './ownership.ts'

const O_PATH = 0o10000000
const O_CLOEXEC = 0o2000000
const RESOLVE_NO_MAGICLINKS = 2
const RESOLVE_IN_ROOT = 16
const AT_SYMLINK_NOFOLLOW = 0x100
const AT_REMOVEDIR = 0x200
const S_IFCHR = 0o020000
const S_IFBLK = 0o060000
const S_IFIFO = 0o010000
const SEEK_CUR = 1
const PRIVATE_MODE = 0o600
const FOLDER_MODE = 0o755

/** Folders kept open; archives list the members of a folder one after another. */
const OPEN_FOLDERS_MAX = 64

/**
 * Writes a tree of files under a folder that nobody else uses yet, member by member as an archive lists them, with
 * exact types, owners, modes, times and attributes. Every parent is resolved by the kernel with the folder as `/`
 * (openat2(2), RESOLVE_IN_ROOT), and every attribute is set through a descriptor of the very file that was made, so
 * that no link, in whatever order, leads out.
 */
export class LayerTree implements Disposable {
  readonly #root: number
  /** Open folders by path, the least recently used first. */
  readonly #folders = new Map<string, number>()

  constructor(folder: string) {
    this.#root = openSync(folder, O_PATH | constants.O_DIRECTORY)
  }

  /** Makes a folder, or keeps the one that is there; its attributes are set by `finishFolder` at the end. */
  folder(parent: string, name: string): void {
    const at = this.#parent(parent)
    if (mkdirat(at, kernelName(name), FOLDER_MODE) === 0) return
    if (this.#isFolder(at, name)) return
    this.#clear(at, name)
    checked(mkdirat(at, kernelName(name), FOLDER_MODE), 'mkdir', `${parent}/${name}`)
  }

  /** Sets what belongs to a folder. False where there is none (any more). `path` '' is the tree's own. */
  finishFolder(path: string, what: Ownership): boolean {
    let fd: number
    try {
      fd = this.#open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
    } catch (error) {
      if (error instanceof SyscallError && ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(error.code)) return false
      throw error
    }
    try {
      setByDescriptor(fd, what, path)
      return true
    } finally {
      close(fd)
    }
  }

  /** Makes a file and returns its descriptor for `append`; `finishFile` closes it. */
  startFile(parent: string, name: string): number {
    const at = this.#parent(parent)
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW | O_CLOEXEC
    const fd = openat(at, kernelName(name), flags, PRIVATE_MODE)
    if (fd >= 0) return fd
    this.#clear(at, name)
    return checked(openat(at, kernelName(name), flags, PRIVATE_MODE), 'create', `${parent}/${name}`)
  }

  append(fd: number, data: Uint8Array): void {
    for (let at = 0; at < data.length; ) {
      const rest = at === 0 ? data : data.subarray(at)
      at += Number(checked(Number(write(fd, rest, rest.length)), 'write'))
    }
  }

  /** Leaves `length` zeros that take no room. */
  skip(fd: number, length: number): void {
    const at = Number(checked(Number(lseek(fd, length, SEEK_CUR)), 'lseek'))
    ftruncateSync(fd, at)
  }

  finishFile(fd: number, what: Ownership, path: string): void {
    try {
      setByDescriptor(fd, what, path)
    } finally {
      close(fd)
    }
  }

  symlink(parent: string, name: string, target: string, what: Ownership): void {
    const at = this.#parent(parent)
    this.#make(at, name, () => symlinkat(kernelName(target), at, kernelName(name)), 'symlink')
    this.#setByName(at, name, what)
  }

  /** A second name for a file of this tree; `target` is resolved in it, a link at its end is linked itself. */
  hardlink(parent: string, name: string, targetParent: string, targetName: string): void {
    const from = checked(this.#tryOpen(targetParent, O_PATH | constants.O_DIRECTORY), 'link', targetParent)
    try {
      const at = this.#parent(parent)
      this.#make(at, name, () => linkat(from, kernelName(targetName), at, kernelName(name), 0), 'link')
    } finally {
      close(from)
    }
  }

  device(
    parent: string,
    name: string,
    kind: 'char' | 'block' | 'fifo',
    major: number,
    minor: number,
    what: Ownership,
  ): void {
    const at = this.#parent(parent)
    const type = kind === 'char' ? S_IFCHR : kind === 'block' ? S_IFBLK : S_IFIFO
    const number = kind === 'fifo' ? 0 : deviceNumber(major, minor)
    this.#make(at, name, () => mknodat(at, kernelName(name), type | (what.mode & 0o7777), number), 'mknod')
    this.#setByName(at, name, what)
  }

  /** Overlayfs's mark that `name` of the layers below is gone: a character device 0:0. */
  whiteout(parent: string, name: string): void {
    const at = this.#parent(parent)
    this.#make(at, name, () => mknodat(at, kernelName(name), S_IFCHR, 0), 'mknod')
  }

  /** Overlayfs's mark that nothing of the layers below shows in a folder. */
  opaque(path: string): void {
    const fd = this.#openFolder(path, constants.O_RDONLY)
    try {
      const yes = Buffer.from('y')
      checked(fsetxattr(fd, 'trusted.overlay.opaque', yes, yes.length, 0), 'set opaque', path)
    } finally {
      close(fd)
    }
  }

  [Symbol.dispose](): void {
    this.#closeFolders()
    closeSync(this.#root)
  }

  /** A descriptor of the folder `path`, made with what is missing above it. Owned by the cache. */
  #parent(path: string): number {
    if (path === '') return this.#root
    const cached = this.#folders.get(path)
    if (cached !== undefined) {
      this.#folders.delete(path)
      this.#folders.set(path, cached)
      return cached
    }
    const fd = this.#openFolder(path, O_PATH)
    this.#folders.set(path, fd)
    for (const [oldest, oldFd] of this.#folders) {
      if (this.#folders.size <= OPEN_FOLDERS_MAX) break
      this.#folders.delete(oldest)
      close(oldFd)
    }
    return fd
  }

  #openFolder(path: string, flags: number): number {
    const fd = this.#tryOpen(path, flags | constants.O_DIRECTORY)
    if (fd >= 0) return fd
    this.#makeFolders(path)
    return this.#open(path, flags | constants.O_DIRECTORY)
  }

  #makeFolders(path: string): void {
    let above = ''
    for (const name of path.split('/')) {
      const whole = above === '' ? name : `${above}/${name}`
      const fd = this.#tryOpen(whole, O_PATH | constants.O_DIRECTORY)
      if (fd >= 0) close(fd)
      else {
        const at = above === '' ? this.#root : this.#open(above, O_PATH | constants.O_DIRECTORY)
        try {
          this.#makeFolder(at, name, whole)
        } finally {
          if (at !== this.#root) close(at)
        }
      }
      above = whole
    }
  }

  /** A file in the way of a folder gives way; a link that leads nowhere does not, since its target was meant. */
  #makeFolder(at: number, name: string, whole: string): void {
    if (mkdirat(at, kernelName(name), FOLDER_MODE) === 0) return
    const fd = checked(openat(at, kernelName(name), O_PATH | constants.O_NOFOLLOW | O_CLOEXEC, 0), 'open', whole)
    const isLink = fstatSync(fd).isSymbolicLink()
    close(fd)
    if (isLink) throw new SyscallError(ENOENT, 'follow link', whole)
    this.#clear(at, name)
    checked(mkdirat(at, kernelName(name), FOLDER_MODE), 'mkdir', whole)
  }

  #open(path: string, flags: number): number {
    return checked(this.#tryOpen(path, flags), 'open', path)
  }

  #tryOpen(path: string, flags: number): number {
    const how = Buffer.alloc(24)
    how.writeBigUInt64LE(BigInt(flags | O_CLOEXEC), 0)
    how.writeBigUInt64LE(BigInt(RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS), 16)
    return openat2(this.#root, path === '' ? '.' : kernelName(path), how)
  }

  #make(at: number, name: string, attempt: () => number, call: string): void {
    if (attempt() === 0) return
    this.#clear(at, name)
    checked(attempt(), call, name)
  }

  /** Takes away what stands in the way of a later member of the same name. */
  #clear(at: number, name: string): void {
    if (unlinkat(at, kernelName(name), 0) === 0) return
    if (unlinkat(at, kernelName(name), AT_REMOVEDIR) === 0 || !this.#isFolder(at, name)) return
    rmSync(Buffer.concat([Buffer.from(`/proc/self/fd/${at}/`), encodeName(name)]), { recursive: true, force: true })
    this.#closeFolders(at)
  }

  #isFolder(at: number, name: string): boolean {
    const fd = openat(at, kernelName(name), O_PATH | constants.O_NOFOLLOW | constants.O_DIRECTORY | O_CLOEXEC, 0)
    if (fd < 0) return false
    close(fd)
    return true
  }

  /** Paths may mean something else from now on, but for that of the folder that is worked in. */
  #closeFolders(kept?: number): void {
    for (const [path, fd] of this.#folders) {
      if (fd === kept) continue
      this.#folders.delete(path)
      close(fd)
    }
  }

  /** For what cannot be opened without doing something: links, devices, pipes. */
  #setByName(at: number, name: string, what: Ownership): void {
    const file = kernelName(name)
    checked(fchownat(at, file, what.uid, what.gid, AT_SYMLINK_NOFOLLOW), 'chown', name)
    for (const [key, value] of what.xattrs) {
      const path = Buffer.concat([Buffer.from(`/proc/self/fd/${at}/`), encodeName(name), ZERO])
      ignoreUnsupported(lsetxattr(path, key, value, value.length, 0), name)
    }
    checked(utimensat(at, file, timesOf(what.mtime), AT_SYMLINK_NOFOLLOW), 'utimes', name)
  }
}

const ENOENT = 2
const ZERO = Buffer.alloc(1)
