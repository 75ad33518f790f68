import { type BigIntStats, chmodSync, constants, fstatSync, ftruncateSync, openSync } from 'node:fs'
import { Conflict, InvalidArgument } from '#lib/errors'
import { SyscallError } from './errno.ts'
import {
  checked,
  close,
  errno,
  fchownat,
  linkat,
  lseek,
  mkdirat,
  mknodat,
  openat,
  setxattr,
  symlinkat,
  unlinkat,
  utimensat,
  write,
} from './ffi.ts'
import { kernelName } from './file-name.ts'
import { deviceNumber, ignoreUnsupported, type Ownership, setByDescriptor, timesOf } from './ownership.ts'
import type { RootFolder } from './root-folder.ts'
import { mountIdOf, TREE_DEPTH_MAX, TreeFile, TreeFolder, type TreeKind } from './tree-folder.ts'

const O_PATH = 0o10000000
const O_CLOEXEC = 0o2000000
const AT_EMPTY_PATH = 0x1000
const AT_REMOVEDIR = 0x200
const SEEK_CUR = 1
const ENOENT = 2
const EBUSY = 16
const PRIVATE_MODE = 0o600
const FOLDER_MODE = 0o755
const NODE_TYPES = { char: 0o020000, block: 0o060000, fifo: 0o010000 } as const

/** Folders kept open; archives list the members of a folder one after another. */
const OPEN_FOLDERS_MAX = 64

/**
 * Writes files into a tree that its owner may be changing at this moment, as the root of a running container is. Paths
 * are followed by the kernel with the tree's root as `/`; a last component never is. What is made is reached by its
 * descriptor from then on, and a folder that was made here is not another one when it is used again: so whoever swaps
 * folders for links meanwhile gets neither out of the tree nor anything done to his files.
 */
export class SharedTree implements Disposable {
  readonly #root: RootFolder
  /** Open folders by path, the least recently used first. */
  readonly #open = new Map<string, number>()
  /** Which folders those are that were made or entered as members, by path. */
  readonly #known = new Map<string, string>()

  /** The root stays the caller's. */
  constructor(root: RootFolder) {
    this.#root = root
  }

  /** What is there by that name, which is not followed; undefined where nothing is. */
  kindOf(parent: string, name: string): TreeKind | undefined {
    const at = this.#parent(parent)
    const fd = openat(at, kernelName(name), O_PATH | constants.O_NOFOLLOW | O_CLOEXEC, 0)
    if (fd < 0 && errno() === ENOENT) return undefined
    using file = new TreeFile(checked(fd, 'open', name))
    return file.kind
  }

  /** Makes a folder, or keeps the one that is there; `finishFolder` sets what belongs to it at the end. */
  folder(parent: string, name: string): void {
    const path = join(parent, name)
    const at = this.#parent(parent)
    if (mkdirat(at, kernelName(name), FOLDER_MODE) !== 0 && !this.#isFolder(at, name)) {
      this.#clear(at, path)
      checked(mkdirat(at, kernelName(name), FOLDER_MODE), 'mkdir', path)
    }
    const fd = checked(openat(at, kernelName(name), FOLDER_FLAGS, 0), 'open', path)
    this.#forget(path)
    this.#known.set(path, identity(fstatSync(fd, { bigint: true })))
    close(fd)
  }

  /** False where there is none any more. @throws Conflict where it is another folder than the one that was made */
  finishFolder(path: string, what: Ownership): boolean {
    let fd: number
    try {
      fd = this.#root.open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
    } catch (error) {
      if (error instanceof SyscallError && ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(error.code)) return false
      throw error
    }
    try {
      this.#expect(path, fd)
      setByDescriptor(fd, what, path)
      return true
    } finally {
      close(fd)
    }
  }

  /** Makes a file and returns its descriptor for `append`; `finishFile` closes it. */
  startFile(parent: string, name: string): number {
    const at = this.#parent(parent)
    const path = join(parent, name)
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW | O_CLOEXEC
    const fd = openat(at, kernelName(name), flags, PRIVATE_MODE)
    if (fd >= 0) return fd
    this.#clear(at, path)
    return checked(openat(at, kernelName(name), flags, PRIVATE_MODE), 'create', path)
  }

  append(fd: number, data: Uint8Array): void {
    for (let at = 0; at < data.length; ) {
      const rest = at === 0 ? data : data.subarray(at)
      at += Number(checked(Number(write(fd, rest, rest.length)), 'write'))
    }
  }

  /** Leaves `length` zeros that take no room. */
  skip(fd: number, length: number): void {
    ftruncateSync(fd, Number(checked(Number(lseek(fd, length, SEEK_CUR)), 'lseek')))
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
    this.#make(at, join(parent, name), () => symlinkat(kernelName(target), at, kernelName(name)), 'symlink')
    this.#finishNode(at, name, 'symlink', what)
  }

  /** A second name for a file; a link at the end of `target` is linked itself. */
  hardlink(parent: string, name: string, targetParent: string, targetName: string): void {
    const at = this.#parent(parent)
    const from = this.#parent(targetParent)
    this.#make(at, join(parent, name), () => linkat(from, kernelName(targetName), at, kernelName(name), 0), 'link')
  }

  node(parent: string, name: string, kind: keyof typeof NODE_TYPES, device: Device, what: Ownership): void {
    const at = this.#parent(parent)
    const number = kind === 'fifo' ? 0 : deviceNumber(device.major, device.minor)
    this.#make(
      at,
      join(parent, name),
      () => mknodat(at, kernelName(name), NODE_TYPES[kind] | PRIVATE_MODE, number),
      'mknod',
    )
    this.#finishNode(at, name, kind, what)
  }

  [Symbol.dispose](): void {
    for (const fd of this.#open.values()) close(fd)
    this.#open.clear()
  }

  /** A descriptor of the folder `path`, made with what is missing above it. Good until the next call but one. */
  #parent(path: string): number {
    const cached = this.#open.get(path)
    if (cached !== undefined) {
      this.#open.delete(path)
      this.#open.set(path, cached)
      return cached
    }
    const fd = this.#openFolder(path)
    try {
      this.#expect(path, fd)
    } catch (error) {
      close(fd)
      throw error
    }
    this.#open.set(path, fd)
    for (const [oldest, oldFd] of this.#open) {
      if (this.#open.size <= OPEN_FOLDERS_MAX) break
      this.#open.delete(oldest)
      close(oldFd)
    }
    return fd
  }

  #openFolder(path: string): number {
    try {
      return this.#root.open(path, O_PATH | constants.O_DIRECTORY)
    } catch (error) {
      if (!(error instanceof SyscallError && error.code === 'ENOENT')) throw error
    }
    this.#root.makeFolders(path, FOLDER_MODE, 0, 0)
    return this.#root.open(path, O_PATH | constants.O_DIRECTORY)
  }

  #expect(path: string, fd: number): void {
    const known = this.#known.get(path)
    if (known === undefined || known === identity(fstatSync(fd, { bigint: true }))) return
    throw new Conflict(`/${path} was replaced by the container while files were copied into it`, { fix: 'copy again' })
  }

  #make(at: number, path: string, attempt: () => number, call: string): void {
    if (attempt() === 0) return
    this.#clear(at, path)
    checked(attempt(), call, path)
  }

  /** What cannot be opened without doing something is held without opening it. */
  #finishNode(at: number, name: string, kind: TreeKind, what: Ownership): void {
    const fd = checked(openat(at, kernelName(name), O_PATH | constants.O_NOFOLLOW | O_CLOEXEC, 0), 'open', name)
    using file = new TreeFile(fd)
    if (file.kind !== kind) throw new Conflict(`${name} was replaced by the container while it was copied`)
    checked(fchownat(fd, '', what.uid, what.gid, AT_EMPTY_PATH), 'chown', name)
    if (kind !== 'symlink') chmodSync(`/proc/self/fd/${fd}`, what.mode & 0o7777)
    for (const [key, value] of what.xattrs) {
      ignoreUnsupported(setxattr(`/proc/self/fd/${fd}`, key, value, value.length, 0), name)
    }
    checked(utimensat(fd, '', timesOf(what.mtime), AT_EMPTY_PATH), 'utimes', name)
  }

  /** Takes away what stands in the way of a member of the same name, which may be a folder that is held open. */
  #clear(at: number, path: string): void {
    removeAt(at, path.slice(path.lastIndexOf('/') + 1), path, 1)
    this.#known.delete(path)
    for (const held of this.#open.keys()) if (held === path || held.startsWith(`${path}/`)) this.#forget(held)
  }

  #isFolder(at: number, name: string): boolean {
    const fd = openat(at, kernelName(name), FOLDER_FLAGS, 0)
    if (fd < 0) return false
    close(fd)
    return true
  }

  #forget(path: string): void {
    const fd = this.#open.get(path)
    if (fd === undefined) return
    close(fd)
    this.#open.delete(path)
  }
}

export interface Device {
  readonly major: number
  readonly minor: number
}

const FOLDER_FLAGS = O_PATH | constants.O_NOFOLLOW | constants.O_DIRECTORY | O_CLOEXEC

/**
 * Removes a file or a whole folder without following any link, whoever puts one there meanwhile. What something is
 * mounted on stays: from outside of its namespace, the kernel would let it go and the mount with it.
 */
function removeAt(at: number, name: string, path: string, depth: number): void {
  if (depth > TREE_DEPTH_MAX) throw new InvalidArgument(`folders more than ${TREE_DEPTH_MAX} deep are not removed`)
  const held = openat(at, kernelName(name), O_PATH | constants.O_NOFOLLOW | O_CLOEXEC, 0)
  if (held < 0 && errno() === ENOENT) return
  using file = new TreeFile(checked(held, 'RemoveAll', path))
  if (mountIdOf(held) !== mountIdOf(at)) throw new SyscallError(EBUSY, 'RemoveAll', path)
  if (file.kind === 'dir') {
    const fd = openSync(file.path, constants.O_RDONLY | constants.O_DIRECTORY)
    using folder = new TreeFolder(fd)
    for (const names of folder.batches()) {
      for (const inner of names) removeAt(fd, inner, `${path}/${inner}`, depth + 1)
    }
  }
  const flags = file.kind === 'dir' ? AT_REMOVEDIR : 0
  if (unlinkat(at, kernelName(name), flags) !== 0 && errno() !== ENOENT) checked(-1, 'RemoveAll', path)
}

function identity({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`
}

function join(parent: string, name: string): string {
  return parent === '' ? name : `${parent}/${name}`
}
