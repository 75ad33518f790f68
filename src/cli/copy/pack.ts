import { type BigIntStats, closeSync, constants, fstatSync, openSync, read } from 'node:fs'
import { lstat, opendir, readlink } from 'node:fs/promises'
import { promisify } from 'node:util'
import { decodeName, encodeName } from '#lib/tar/name'
import { TAR_END, type TarMember, tarHeader, tarPadding } from '#lib/tar/writer'
import type { CopySource } from './plan.ts'

const readAsync = promisify(read)
const PIECE = 256 * 1024
/** Folders within folders, as deep as the engine goes. */
const DEPTH_MAX = 1024

/** A file or folder of this host as a tar in which it is called `name`. Sockets are left out. */
export async function* packLocal({ path }: CopySource, name: string): AsyncGenerator<Buffer> {
  const packer = new LocalPacker()
  yield* packer.tree(path, name === '' ? '.' : name, 0)
  yield Buffer.from(TAR_END)
}

class LocalPacker {
  /** First names of files that have more than one, by device and inode. */
  readonly #names = new Map<string, string>()

  async *tree(path: string, name: string, depth: number): AsyncGenerator<Buffer> {
    const stat = await lstat(encodeName(path), { bigint: true })
    if (stat.isFile()) {
      yield* this.#file(path, name, stat)
      return
    }
    const member = await this.#member(path, name, stat)
    if (member === undefined) return
    yield Buffer.from(tarHeader(member))
    if (!stat.isDirectory() || depth === DEPTH_MAX) return
    for await (const entry of await opendir(encodeName(path), { encoding: 'latin1' })) {
      const inner = decodeName(Buffer.from(entry.name, 'latin1'))
      yield* this.tree(`${path}/${inner}`, name === '/' ? `/${inner}` : `${name}/${inner}`, depth + 1)
    }
  }

  /** Opened before it is described: what the header says is what is read. */
  async *#file(path: string, name: string, found: BigIntStats): AsyncGenerator<Buffer> {
    const first = this.#firstName(name, found)
    if (first !== undefined) {
      yield Buffer.from(tarHeader({ ...attributes(name, found), type: 'hardlink', linkName: first }))
      return
    }
    const fd = openSync(encodeName(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const stat = fstatSync(fd, { bigint: true })
      const size = Number(stat.size)
      yield Buffer.from(tarHeader({ ...attributes(name, stat), type: 'file', size }))
      for (let left = size; left > 0; ) {
        const piece = Buffer.allocUnsafe(Math.min(left, PIECE))
        const { bytesRead } = await readAsync(fd, piece, 0, piece.length, null)
        // A file that became shorter meanwhile ends in zeros: its size is told already.
        const part = bytesRead > 0 ? piece.subarray(0, bytesRead) : Buffer.alloc(piece.length)
        left -= part.length
        yield part
      }
      yield Buffer.from(tarPadding(size))
    } finally {
      closeSync(fd)
    }
  }

  async #member(path: string, name: string, stat: BigIntStats): Promise<TarMember | undefined> {
    const common = attributes(name, stat)
    if (stat.isDirectory()) return { ...common, type: 'dir' }
    if (stat.isSymbolicLink()) {
      const target = await readlink(encodeName(path), { encoding: 'buffer' })
      return { ...common, type: 'symlink', linkName: decodeName(target) }
    }
    if (stat.isFIFO()) return { ...common, type: 'fifo' }
    if (stat.isCharacterDevice()) return { ...common, type: 'char', ...device(stat) }
    if (stat.isBlockDevice()) return { ...common, type: 'block', ...device(stat) }
    return undefined
  }

  #firstName(name: string, { nlink, dev, ino }: BigIntStats): string | undefined {
    if (nlink < 2n) return undefined
    const key = `${dev} ${ino}`
    const first = this.#names.get(key)
    if (first === undefined) this.#names.set(key, name)
    return first
  }
}

function attributes(name: string, { mode, uid, gid, mtimeNs }: BigIntStats): Omit<TarMember, 'type'> {
  return { name, mode: Number(mode & 0o7777n), uid: Number(uid), gid: Number(gid), mtime: mtimeNs }
}

/** major(3) and minor(3). */
function device({ rdev }: BigIntStats): { devMajor: number; devMinor: number } {
  return {
    devMajor: Number(((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n)),
    devMinor: Number((rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n)),
  }
}
