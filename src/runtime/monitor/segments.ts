/** Memory for encoded log entries: filled by the encoder, written by the log, then used again. */

/** Large enough that a chatty task makes few writes, small enough to have several waiting. */
const SEGMENT_BYTES = 256 * 1024
/** Segments kept for the next chatty moment of any task. */
const FREE_MAX = 4

export interface Segment {
  readonly bytes: Buffer
  /** How much of it is filled, always with whole entries. */
  length: number
}

/** Segments that no log needs now; one for all tasks of a process. */
export class SegmentPool {
  readonly #free: Buffer[] = []

  take(bytes: number): Segment {
    if (bytes > SEGMENT_BYTES) return { bytes: Buffer.allocUnsafeSlow(bytes), length: 0 }
    return { bytes: this.#free.pop() ?? Buffer.allocUnsafeSlow(SEGMENT_BYTES), length: 0 }
  }

  give({ bytes }: Segment): void {
    if (bytes.length === SEGMENT_BYTES && this.#free.length < FREE_MAX) this.#free.push(bytes)
  }
}

/** Entries that wait to be written, in order. */
export class EntryBuffer {
  readonly #pool: SegmentPool
  #segments: Segment[] = []

  constructor(pool: SegmentPool) {
    this.#pool = pool
  }

  get isEmpty(): boolean {
    return this.#segments.length === 0
  }

  /** Bytes that wait. */
  get length(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.length, 0)
  }

  /** A segment with room for `bytes` more. Whoever asks fills it from `length` on, and moves `length`. */
  reserve(bytes: number): Segment {
    const last = this.#segments.at(-1)
    if (last !== undefined && last.bytes.length - last.length >= bytes) return last
    const segment = this.#pool.take(bytes)
    this.#segments.push(segment)
    return segment
  }

  /** Hands everything over; it is given back when it is written. */
  take(): Segment[] {
    const segments = this.#segments
    this.#segments = []
    return segments
  }

  give(segments: readonly Segment[]): void {
    for (const segment of segments) this.#pool.give(segment)
  }
}
