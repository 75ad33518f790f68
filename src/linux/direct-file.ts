import { close, constants, fstatSync, ftruncateSync, openSync, write } from 'node:fs'
import { promisify } from 'node:util'
import { errorCode } from '#lib/errors'
import { SyscallError } from './errno.ts'
import { addressOf } from './ffi.ts'

const closeFile = promisify(close)
const writeFile = promisify(write)

/** What one write takes; a multiple of the alignment. */
const PIECE_BYTES = 1024 * 1024
/** Pieces on their way to the disk at once, and one that is being filled. */
const PIECES_MAX = 4
/** Offsets, lengths and addresses of direct writes are multiples of this on every disk. */
const ALIGNMENT = 4096
const ENOSPC = 28

/**
 * A new file that is written once from beginning to end, past the page cache where its file system can do that
 * (open(2), O_DIRECT): a third of the processor's time, and what other programs have cached stays cached.
 */
export class DirectFile {
  readonly #fd: number
  readonly #isDirect: boolean
  #free: Buffer[] = []
  #made = 0
  #current: Buffer | undefined
  #filled = 0
  #position = 0
  readonly #writing = new Set<Promise<void>>()
  #failure: unknown

  /** @throws where the file is there already */
  constructor(path: string, mode: number) {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL
    const direct = openOr(() => openSync(path, flags | constants.O_DIRECT, mode))
    this.#isDirect = direct !== undefined
    // A file system that knows no direct writes may have made the file before it said so.
    this.#fd = direct ?? openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, mode)
  }

  /** Takes a copy of `data`; resolves when there is room for more. */
  async write(data: Uint8Array): Promise<void> {
    for (let at = 0; at < data.length; ) {
      this.#current ??= await this.#take()
      const piece = this.#current
      const length = Math.min(data.length - at, piece.length - this.#filled)
      piece.set(data.subarray(at, at + length), this.#filled)
      this.#filled += length
      at += length
      if (this.#filled === piece.length) this.#flush(piece)
    }
  }

  /** Resolves when everything is written; whether it survives power loss is a matter of `syncFileSystem`. */
  async end(): Promise<void> {
    const size = this.#position + this.#filled
    if (this.#current !== undefined && this.#filled > 0) {
      const whole = Math.ceil(this.#filled / ALIGNMENT) * ALIGNMENT
      this.#current.fill(0, this.#filled, whole)
      this.#flush(this.#current.subarray(0, whole))
    }
    await this.#settle()
    if (fstatSync(this.#fd).size !== size) ftruncateSync(this.#fd, size)
  }

  /** Once nothing is being written any more. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#writing)
    await closeFile(this.#fd)
  }

  #flush(piece: Buffer): void {
    this.#current = undefined
    this.#filled = 0
    const position = this.#position
    this.#position += piece.length
    const writing = this.#writeAll(piece, position)
      .catch((error: unknown) => {
        this.#failure ??= error
      })
      .finally(() => {
        this.#writing.delete(writing)
        if (piece.length === PIECE_BYTES) this.#free.push(piece)
      })
    this.#writing.add(writing)
  }

  async #writeAll(piece: Buffer, position: number): Promise<void> {
    for (let at = 0; at < piece.length; ) {
      const { bytesWritten } = await writeFile(this.#fd, piece, at, piece.length - at, position + at)
      // A disk that is nearly full takes part of a block; what is left must begin at a whole one again.
      const taken = this.#isDirect ? bytesWritten - (bytesWritten % ALIGNMENT) : bytesWritten
      if (taken === 0) throw new SyscallError(ENOSPC, 'write')
      at += taken
    }
  }

  async #take(): Promise<Buffer> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure
      const free = this.#free.pop()
      if (free !== undefined) return free
      if (this.#made < PIECES_MAX) {
        this.#made++
        return this.#isDirect ? alignedBuffer(PIECE_BYTES) : Buffer.allocUnsafeSlow(PIECE_BYTES)
      }
      await Promise.race(this.#writing)
    }
  }

  async #settle(): Promise<void> {
    await Promise.all(this.#writing)
    if (this.#failure !== undefined) throw this.#failure
  }
}

function openOr(open: () => number): number | undefined {
  try {
    return open()
  } catch (error) {
    if (errorCode(error) === 'EINVAL') return undefined
    throw error
  }
}

function alignedBuffer(bytes: number): Buffer {
  const memory = Buffer.allocUnsafeSlow(bytes + ALIGNMENT)
  const past = Number(addressOf(memory) % BigInt(ALIGNMENT))
  const from = past === 0 ? 0 : ALIGNMENT - past
  return memory.subarray(from, from + bytes)
}
