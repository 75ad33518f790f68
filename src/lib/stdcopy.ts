import { DataCorrupt, SystemError } from '#lib/errors'

/**
 * Docker's framing of several streams in one: 8 bytes of header (stream, three zeros, length as big-endian uint32),
 * then that many bytes. `engine` carries one message of the engine's own after which nothing follows.
 */
export const STREAM_TYPES = ['stdin', 'stdout', 'stderr', 'engine'] as const
export type StreamType = (typeof STREAM_TYPES)[number]

export const HEADER_BYTES = 8
/** How much of an engine's message is kept. */
const MESSAGE_BYTES_MAX = 64 * 1024

export function frameHeader(stream: StreamType, length: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  writeFrameHeader(header, 0, stream, length)
  return header
}

/** Writes a header into `target` and returns how long it is. */
export function writeFrameHeader(target: Buffer, at: number, stream: StreamType, length: number): number {
  target.writeUInt32BE(STREAM_TYPES.indexOf(stream) << 24, at)
  target.writeUInt32BE(length, at + 4)
  return HEADER_BYTES
}

/** A part of a frame, in order; a large frame comes in several. */
export interface Piece {
  readonly stream: Exclude<StreamType, 'engine'>
  readonly data: Buffer
}

/**
 * Takes frames apart as they arrive. It holds no more than one header, whatever the length of a frame: data leaves as
 * slices of what came in. After a bad header it fails on everything: there is no way to find the next one.
 */
export class FrameDecoder {
  readonly #header = Buffer.alloc(HEADER_BYTES)
  #headerBytes = 0
  #stream: StreamType = 'stdout'
  #left = 0
  #message = Buffer.alloc(0)

  /**
   * @throws DataCorrupt where a header names no stream
   * @throws SystemError with the engine's message where the engine sent one
   */
  push(chunk: Buffer): Piece[] {
    const pieces: Piece[] = []
    let at = 0
    while (at < chunk.length) {
      if (this.#left === 0) at += this.#readHeader(chunk.subarray(at))
      const data = chunk.subarray(at, at + this.#left)
      at += data.length
      this.#left -= data.length
      if (this.#stream === 'engine') this.#readMessage(data)
      else if (data.length > 0) pieces.push({ stream: this.#stream, data })
    }
    return pieces
  }

  /** Whether the input could end here; false in the middle of a frame or header. */
  get complete(): boolean {
    return this.#left === 0 && this.#headerBytes === 0
  }

  #readHeader(chunk: Buffer): number {
    const taken = chunk.copy(this.#header, this.#headerBytes)
    this.#headerBytes += taken
    if (this.#headerBytes < HEADER_BYTES) return taken
    const stream = STREAM_TYPES[this.#header[0] ?? -1]
    if (stream === undefined) throw new DataCorrupt(`Unrecognized input header: ${this.#header[0]}`, NO_FRAMES)
    this.#stream = stream
    this.#left = this.#header.readUInt32BE(4)
    this.#headerBytes = 0
    return taken
  }

  #readMessage(data: Buffer): void {
    this.#message = Buffer.concat([this.#message, data.subarray(0, MESSAGE_BYTES_MAX - this.#message.length)])
    if (this.#left === 0) throw new SystemError(`error from daemon in stream: ${this.#message.toString()}`)
  }
}

const NO_FRAMES = { fix: 'read the stream as it is: a container with a terminal sends no frames' }
