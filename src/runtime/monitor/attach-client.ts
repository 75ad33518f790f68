import type { Socket } from 'node:net'
import { SpillQueue } from './spill.ts'

/** Output in this process's memory for one reader, beyond which it goes to a file. */
const MEMORY_MAX_BYTES = 1024 * 1024
/** A reader that has lost its place and takes nothing for this long is let go. */
const STALL_MS = 30_000

const SYSTEM_ERROR_STREAM = 3

export const FRAME_HEADER_BYTES = 8

/** Writes stdcopy's eight bytes for a chunk of that length: stream, three zeros, length. */
export function writeFrameHeader(target: Buffer, stream: number, length: number): void {
  target.writeUInt32BE(stream << 24, 0)
  target.writeUInt32BE(length, 4)
}

/**
 * One attached reader. `send` takes everything at once and never waits: what the reader does not take yet stays in
 * memory up to a limit, then in a file. A reader so slow that the file is full as well is told so and let go; the
 * container and other readers notice nothing.
 */
export class AttachClient {
  readonly #socket: Socket
  readonly #spillFolder: string | undefined
  readonly #framed: boolean
  #spill: SpillQueue | undefined
  #pumping = false
  #isLost = false
  #ended = false

  /** Without a folder the writer is to wait while `isFull`. */
  constructor(socket: Socket, options: { readonly framed: boolean; readonly spillFolder: string | undefined }) {
    this.#socket = socket
    this.#framed = options.framed
    this.#spillFolder = options.spillFolder
  }

  /** Queues bytes that nobody changes until `done` is called, which is always. */
  send(bytes: Buffer, done: () => void): void {
    const folder = this.#spillFolder
    if (folder === undefined || (this.#spill === undefined && !this.#isLost && this.#isRoomy)) {
      this.#socket.write(bytes, done)
      return
    }
    if (!this.#isLost && !this.#socket.destroyed) this.#queue(Buffer.from(bytes), folder)
    done()
  }

  get #isRoomy(): boolean {
    return this.#socket.writableLength < MEMORY_MAX_BYTES
  }

  #queue(bytes: Buffer, folder: string): void {
    this.#spill ??= new SpillQueue(folder)
    if (this.#spill.push(bytes)) this.#startPump()
    else this.#lose()
  }

  /** Even the file cannot take what comes as fast as it comes; or there is to be none. */
  get isFull(): boolean {
    if (this.#spillFolder === undefined) return !this.#isRoomy && !this.#socket.destroyed
    return this.#spill?.isFull === true && !this.#socket.destroyed
  }

  /** Resolves when there is room again, whether or not the reader reads. */
  async room(): Promise<void> {
    if (this.#spillFolder === undefined) return await this.#drained()
    await this.#spill?.flush().catch(() => {}) // The pump meets the same error and lets the reader go.
  }

  /** No more output will come; the reader gets what is queued and then the end. */
  end(): void {
    this.#ended = true
    if (this.#spill === undefined) this.#socket.end()
    else this.#startPump()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #lose(): void {
    this.#isLost = true
    const words = 'this client reads too slowly, its output ends here; `logs` has the rest'
    if (this.#framed) this.#spill?.push(systemError(words))
    this.#socket.setTimeout(STALL_MS, () => this.#socket.destroy())
    this.#startPump()
  }

  #startPump(): void {
    if (this.#pumping) return
    this.#pumping = true
    this.#pump().catch(() => this.#socket.destroy())
  }

  /** Moves bytes from the file to the socket as the reader takes them. */
  async #pump(): Promise<void> {
    while (this.#spill !== undefined && !this.#socket.destroyed) {
      await this.#spill.flush()
      if (!this.#isRoomy) await this.#drained()
      const bytes = await this.#spill.take()
      if (bytes !== undefined) {
        this.#socket.write(bytes)
        continue
      }
      if (!this.#spill.isEmpty) continue
      if (this.#isLost || this.#ended) this.#socket.end()
      await this.#closeSpill()
    }
    if (this.#socket.destroyed) await this.#closeSpill()
    this.#pumping = false
  }

  async #closeSpill(): Promise<void> {
    const spill = this.#spill
    this.#spill = undefined
    await spill?.close()
  }

  #drained(): Promise<void> {
    if (this.#socket.destroyed || !this.#socket.writableNeedDrain) return Promise.resolve()
    return new Promise(resolve => {
      const done = () => {
        this.#socket.off('drain', done)
        this.#socket.off('close', done)
        resolve()
      }
      this.#socket.on('drain', done)
      this.#socket.on('close', done)
    })
  }
}

function systemError(words: string): Buffer {
  const framed = Buffer.alloc(FRAME_HEADER_BYTES + Buffer.byteLength(words))
  writeFrameHeader(framed, SYSTEM_ERROR_STREAM, framed.length - FRAME_HEADER_BYTES)
  framed.write(words, FRAME_HEADER_BYTES)
  return framed
}
