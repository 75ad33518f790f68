import { close, constants, open, read, statfsSync, write } from 'node:fs'
import { promisify } from 'node:util'

const openFile = promisify(open)
const closeFile = promisify(close)
const readFile = promisify(read)
const writeFile = promisify(write)

const O_TMPFILE = 0o20200000
const READ_BYTES = 256 * 1024
/** A reader may fall behind by at most this much of the disk's free room. */
const FREE_SHARE = 0.5
export const SPILL_MAX_BYTES = 16 * 1024 ** 3
/** What may wait in memory for the disk before whoever fills the queue should wait too. */
const MEMORY_MAX_BYTES = 4 * 1024 ** 2

/**
 * A queue of bytes in a file without a name, for a reader that is slower than the container it reads: memory stays
 * bounded, nobody else waits, and whatever ends this process ends the file too.
 */
export class SpillQueue {
  readonly #folder: string
  readonly #limit: number
  #fd: number | undefined
  #written = 0
  #taken = 0
  #pending: Buffer[] = []
  #pendingBytes = 0
  #writing: Promise<void> | undefined

  constructor(folder: string, limit = SPILL_MAX_BYTES) {
    this.#folder = folder
    const { bavail, bsize } = statfsSync(folder)
    this.#limit = Math.min(limit, bavail * bsize * FREE_SHARE)
  }

  get isEmpty(): boolean {
    return this.#pendingBytes === 0 && this.#taken === this.#written
  }

  /** The disk is slower than what comes: `flush` says when there is room. */
  get isFull(): boolean {
    return this.#pendingBytes > MEMORY_MAX_BYTES
  }

  /** False where the queue has reached its limit: the reader has to go. */
  push(data: Buffer): boolean {
    if (this.#written + this.#pendingBytes - this.#taken + data.length > this.#limit) return false
    this.#pending.push(data)
    this.#pendingBytes += data.length
    return true
  }

  /** The next bytes, in order; undefined where there are none. */
  async take(): Promise<Buffer | undefined> {
    await this.flush()
    if (this.#fd === undefined || this.#taken === this.#written) return undefined
    const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, this.#written - this.#taken))
    const { bytesRead } = await readFile(this.#fd, buffer, 0, buffer.length, this.#taken)
    this.#taken += bytesRead
    return buffer.subarray(0, bytesRead)
  }

  /** Writes what is in memory to the file. @throws what the disk says */
  flush(): Promise<void> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined
    })
    return this.#writing
  }

  async #write(): Promise<void> {
    while (this.#pending.length > 0) {
      this.#fd ??= await openFile(this.#folder, O_TMPFILE | constants.O_RDWR, 0o600)
      const data = Buffer.concat(this.#pending)
      this.#pending = []
      for (let at = 0; at < data.length; ) {
        const { bytesWritten } = await writeFile(this.#fd, data, at, data.length - at, this.#written)
        at += bytesWritten
        this.#written += bytesWritten
      }
      this.#pendingBytes -= data.length
    }
  }

  async close(): Promise<void> {
    await this.#writing?.catch(() => {})
    if (this.#fd !== undefined) await closeFile(this.#fd)
    this.#fd = undefined
  }
}
