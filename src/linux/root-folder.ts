import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, type Stats } from 'node:fs'
import { InvalidArgument } from '#lib/errors'
import { decodeName } from '#lib/tar/name'
import { SyscallError } from './errno.ts'
import { checked, close, fchownat, mkdirat, openat2, symlinkat, unlinkat } from './ffi.ts'
import { kernelName, refuseNul } from './file-name.ts'
import { TreeFile } from './tree-folder.ts'

const RESOLVE_NO_MAGICLINKS = 2
const RESOLVE_NO_SYMLINKS = 4
const RESOLVE_IN_ROOT = 16
const O_PATH = 0o10000000
const O_CLOEXEC = 0o2000000
const AT_REMOVEDIR = 0x200
const HOW_BYTES = 24

/**
 * A folder that holds a foreign tree (a container's root, a layer), and the only way to follow a path in it: every
 * resolution happens in the kernel with this folder as `/`, so that no symbolic link, `..` or race leads out
 * (openat2(2), RESOLVE_IN_ROOT). Links of /proc that lead anywhere are refused.
 */
export class RootFolder implements Disposable {
  readonly #fd: number
  readonly path: string

  constructor(path: string) {
    this.path = path
    this.#fd = openSync(path, O_PATH | constants.O_DIRECTORY)
  }

  /**
   * Opens `path` inside. `followLinks: false` refuses symbolic links in every component (ELOOP).
   * @throws SyscallError
   */
  open(path: string, flags: number, options: { mode?: number; followLinks?: boolean } = {}): number {
    const how = Buffer.alloc(HOW_BYTES)
    how.writeBigUInt64LE(BigInt(flags | O_CLOEXEC), 0)
    how.writeBigUInt64LE(BigInt(options.mode ?? 0), 8)
    const links = options.followLinks === false ? RESOLVE_NO_SYMLINKS : 0
    how.writeBigUInt64LE(BigInt(RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | links), 16)
    return checked(openat2(this.#fd, path === '' ? '.' : kernelName(path), how), 'openat2', path)
  }

  /** What stands at `path`, the last component not followed; undefined where nothing does. */
  stat(path: string, options: { followLinks?: boolean; followLast?: boolean } = {}): Stats | undefined {
    const last = options.followLast === true ? 0 : constants.O_NOFOLLOW
    try {
      const fd = this.open(path, O_PATH | last, options)
      try {
        return fstatSync(fd)
      } finally {
        close(fd)
      }
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
  }

  /** Where `path` leads once every link is followed, as seen from inside. @throws SyscallError */
  realPath(path: string): string {
    using file = this.hold(path, { followLast: true })
    return this.pathOf(file)
  }

  /** Where a file stands that was found here, as seen from inside. */
  pathOf(file: TreeFile): string {
    const root = linkedPath(`/proc/self/fd/${this.#fd}`)
    return linkedPath(file.path).slice(root === '/' ? 0 : root.length) || '/'
  }

  /** What stands at `path`, held; a link before a trailing slash is followed in any case. @throws SyscallError */
  hold(path: string, { followLast = false }: { followLast?: boolean } = {}): TreeFile {
    return new TreeFile(this.open(path, O_PATH | (followLast ? 0 : constants.O_NOFOLLOW)))
  }

  /** Where the link at `path` leads; undefined where there is none. @throws SyscallError */
  linkTarget(path: string): string | undefined {
    try {
      using file = this.hold(path)
      return file.kind === 'symlink' ? file.linkTarget() : undefined
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
  }

  /**
   * The bytes of a regular file, links followed inside; undefined where there is none. Devices, pipes and what is
   * larger than `maxBytes` are refused (SAFETY S17).
   */
  readFile(path: string, maxBytes: number): Buffer | undefined {
    let found: number
    try {
      found = this.open(path, O_PATH)
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
    try {
      // Looked at before it is opened for reading: opening a device is something that its driver does.
      const stat = fstatSync(found)
      if (!stat.isFile()) throw new InvalidArgument(`${path} in the image is not a regular file`)
      if (stat.size > maxBytes) throw new InvalidArgument(`${path} in the image is larger than ${maxBytes} bytes`)
      const fd = openSync(`/proc/self/fd/${found}`, constants.O_RDONLY)
      try {
        return readUpTo(fd, maxBytes)
      } finally {
        closeSync(fd)
      }
    } finally {
      close(found)
    }
  }

  /** Makes `path` and what is missing above it; links are followed inside. True if the last one was made. */
  makeFolders(path: string, mode: number, uid: number, gid: number): boolean {
    const parts = path.split('/').filter(part => part !== '' && part !== '.')
    let made = false
    for (let depth = 1; depth <= parts.length; depth++) {
      made = this.#makeFolder(parts.slice(0, depth - 1).join('/'), parts[depth - 1] ?? '', mode, uid, gid)
    }
    return made
  }

  #makeFolder(parent: string, name: string, mode: number, uid: number, gid: number): boolean {
    const path = `${parent}/${name}`
    try {
      close(this.open(path, O_PATH | constants.O_DIRECTORY))
      return false
    } catch (error) {
      if (!(error instanceof SyscallError && error.code === 'ENOENT')) throw error
    }
    return this.inFolder(parent, folder => {
      checked(mkdirat(folder, name, mode), 'mkdir', path)
      checked(fchownat(folder, name, uid, gid, AT_SYMLINK_NOFOLLOW), 'chown', path)
      return true
    })
  }

  /** An empty regular file at `path`; true if it was made, false if there was one. Its folder must be there. */
  makeFile(path: string, mode: number): boolean {
    try {
      close(this.open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, { mode }))
      return true
    } catch (error) {
      if (error instanceof SyscallError && error.code === 'EEXIST') return false
      throw error
    }
  }

  makeSymlink(target: string, path: string): void {
    const { parent, name } = split(path)
    this.inFolder(parent, folder => checked(symlinkat(target, folder, name), 'symlink', path))
  }

  /** Removes a file, link or empty folder. False where there was nothing. */
  remove(path: string): boolean {
    const { parent, name } = split(path)
    return this.inFolder(parent, folder => {
      try {
        checked(unlinkat(folder, name, 0), 'unlink', path)
        return true
      } catch (error) {
        if (isAbsent(error)) return false
        if (!(error instanceof SyscallError && error.code === 'EISDIR')) throw error
        checked(unlinkat(folder, name, AT_REMOVEDIR), 'rmdir', path)
        return true
      }
    })
  }

  /** Runs `body` with a descriptor of the folder at `path`. */
  inFolder<T>(path: string, body: (fd: number) => T): T {
    const fd = this.open(path, O_PATH | constants.O_DIRECTORY)
    try {
      return body(fd)
    } finally {
      close(fd)
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd)
  }
}

const AT_SYMLINK_NOFOLLOW = 0x100

function isAbsent(error: unknown): boolean {
  return error instanceof SyscallError && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

function split(path: string): { parent: string; name: string } {
  refuseNul(path)
  const at = path.lastIndexOf('/')
  return { parent: path.slice(0, Math.max(at, 0)), name: path.slice(at + 1) }
}

function linkedPath(link: string): string {
  return decodeName(readlinkSync(link, { encoding: 'buffer' }))
}

function readUpTo(fd: number, maxBytes: number): Buffer {
  const chunks: Buffer[] = []
  let total = 0
  while (total <= maxBytes) {
    const chunk = Buffer.allocUnsafe(Math.min(64 * 1024, maxBytes + 1 - total))
    const length = readSync(fd, chunk)
    if (length === 0) break
    chunks.push(chunk.subarray(0, length))
    total += length
  }
  if (total > maxBytes) throw new InvalidArgument(`a file in the image is larger than ${maxBytes} bytes`)
  return Buffer.concat(chunks)
}
