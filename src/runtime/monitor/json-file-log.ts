import { close, fstatSync, openSync, write, writeSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { errorText } from '#lib/errors'
import { formatRfc3339Nano, nowNanos } from '#lib/time'
import {
  type EntryMarks,
  encodeAttributes,
  encodeLines,
  encodePartial,
  LineSplitter,
  type OutputStream,
} from './json-lines.ts'
import type { TaskLog } from './log.ts'
import { EntryBuffer, type Segment, SegmentPool } from './segments.ts'

/** Encoded entries in memory beyond which the task's output is left unread. */
const PENDING_MAX_BYTES = 2 * 1024 * 1024
/**
 * What is no more than this is in the file before anything else happens here: a process that is killed between reading
 * and writing loses what it has read. More would hold up everybody else when the disk is slow.
 */
const AT_ONCE_MAX_BYTES = 16 * 1024

const closeFile = promisify(close)
const writeFile = promisify(write)

export interface JsonFileOptions {
  readonly path: string
  /** Bytes at which the file is rotated; undefined never. */
  readonly maxSize: number | undefined
  /** Files kept, the current one included. */
  readonly maxFiles: number
  /** What every entry carries, as Docker's `attrs`. */
  readonly attributes?: Readonly<Record<string, string>>
  /** Memory shared with the logs of other tasks. */
  readonly segments?: SegmentPool
  /** Told once for each time that the disk begins to refuse, and once when it takes lines again. */
  readonly warn: (message: string) => void
}

/**
 * Docker's json-file log with rotation: `path`, `path.1` (the one before), ... Entries that come while a write is under
 * way go out together in the next one. When the disk is full, entries are dropped and counted rather than the
 * container held up (SAFETY R20); an entry in the log tells of the gap once there is room.
 */
export class JsonFileLog implements TaskLog {
  readonly #options: JsonFileOptions
  readonly #splitters: Readonly<Record<OutputStream, LineSplitter>> = {
    stdout: new LineSplitter(),
    stderr: new LineSplitter(),
  }
  readonly #pending: EntryBuffer
  readonly #attributes: string
  #writingBytes = 0
  #writing: Promise<void> | undefined
  #file: number | undefined
  #size = 0
  #dropped = 0
  /** When what is being taken apart came. */
  #now = ''
  #waiting: (() => void)[] = []

  constructor(options: JsonFileOptions) {
    this.#options = options
    this.#attributes = encodeAttributes(options.attributes)
    this.#pending = new EntryBuffer(options.segments ?? new SegmentPool())
  }

  get isFull(): boolean {
    return this.#writingBytes + this.#pending.length > PENDING_MAX_BYTES
  }

  open(): void {
    try {
      this.#file ??= this.#open()
    } catch {
      // The first entry meets the same, and tells of it.
    }
  }

  write(stream: OutputStream, chunk: Buffer): void {
    this.#now = formatRfc3339Nano(nowNanos())
    this.#splitters[stream].push(
      chunk,
      lines => encodeLines(lines, this.#marks(stream), this.#pending),
      part => encodePartial(part, this.#marks(stream), this.#pending),
    )
    this.#startDrain()
  }

  room(): Promise<void> {
    if (!this.isFull) return Promise.resolve()
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  async close(): Promise<void> {
    this.#now = formatRfc3339Nano(nowNanos())
    for (const stream of ['stdout', 'stderr'] as const) {
      this.#splitters[stream].flush(part => encodePartial(part, this.#marks(stream), this.#pending))
    }
    this.#startDrain()
    await this.#writing
    await this.#closeFile()
  }

  #marks(stream: OutputStream): EntryMarks {
    return { stream, time: this.#now, attributes: this.#attributes }
  }

  #startDrain(): void {
    // The end of a line may still be to come. A drain with nothing to do would be over before it is remembered.
    if (this.#pending.isEmpty || this.#writing !== undefined) return
    if (!this.#fitsAtOnce(this.#pending.length)) this.#writing = this.#drain()
    else {
      const segments = this.#pending.take()
      for (const { bytes, length } of segments) this.#writeAtOnce(bytes.subarray(0, length))
      this.#pending.give(segments)
    }
  }

  #fitsAtOnce(bytes: number): boolean {
    const { maxSize } = this.#options
    if (bytes > AT_ONCE_MAX_BYTES || this.#dropped > 0) return false
    return maxSize === undefined || (this.#file !== undefined && this.#size + bytes <= maxSize)
  }

  #writeAtOnce(entries: Buffer): void {
    try {
      this.#file ??= this.#open()
      for (let at = 0; at < entries.length; ) {
        const written = writeSync(this.#file, entries, at, entries.length - at)
        at += written
        this.#size += written
      }
    } catch (error) {
      this.#drop(entries, error)
    }
  }

  /** Writes until nothing is pending, of which there must be something. */
  async #drain(): Promise<void> {
    while (!this.#pending.isEmpty) {
      this.#writingBytes = this.#pending.length
      const segments = this.#pending.take()
      for (const segment of segments) await this.#writeSegment(segment)
      this.#pending.give(segments)
      this.#writingBytes = 0
      if (!this.isFull) this.#tellRoom()
    }
    this.#writing = undefined
  }

  async #writeSegment({ bytes, length }: Segment): Promise<void> {
    const entries = bytes.subarray(0, length)
    try {
      await this.#writeEntries(entries)
    } catch (error) {
      this.#drop(entries, error)
    }
  }

  async #writeEntries(data: Buffer): Promise<void> {
    const { maxSize } = this.#options
    this.#file ??= this.#open()
    if (this.#dropped > 0) await this.#tellOfGap(this.#file)
    if (maxSize !== undefined && this.#size + data.length > maxSize) {
      await this.#writeRotated(data, maxSize)
      return
    }
    await this.#writeAll(this.#file, data)
  }

  /** Fills the current file up to its limit with whole entries, then goes on in the next. */
  async #writeRotated(data: Buffer, maxSize: number): Promise<void> {
    let at = 0
    while (at < data.length) {
      this.#file ??= this.#open()
      const room = maxSize - this.#size
      let end = data.length - at <= room ? data.length : data.lastIndexOf(10, at + room - 1) + 1
      // An entry that is larger than a whole file gets one of its own.
      if (end <= at && this.#size === 0) end = data.indexOf(10, at) + 1
      if (end > at) {
        await this.#writeAll(this.#file, data.subarray(at, end))
        at = end
      }
      if (at < data.length) await this.#rotate()
    }
  }

  async #writeAll(file: number, data: Buffer): Promise<void> {
    for (let at = 0; at < data.length; ) {
      const { bytesWritten } = await writeFile(file, data, at, data.length - at)
      at += bytesWritten
      this.#size += bytesWritten
    }
  }

  #open(): number {
    const file = openSync(this.#options.path, 'a', 0o640)
    this.#size = fstatSync(file).size
    return file
  }

  async #closeFile(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    this.#size = 0
    if (file !== undefined) await closeFile(file)
  }

  async #rotate(): Promise<void> {
    const { path, maxFiles } = this.#options
    await this.#closeFile()
    if (maxFiles <= 1) {
      await rm(path, { force: true })
      return
    }
    for (let age = maxFiles - 2; age >= 0; age--) {
      await rename(age === 0 ? path : `${path}.${age}`, `${path}.${age + 1}`).catch(ignoreAbsent)
    }
  }

  #drop(entries: Buffer, error: unknown): void {
    if (this.#dropped === 0) this.#options.warn(`cannot write log ${this.#options.path}: ${errorText(error)}`)
    this.#dropped += countLines(entries)
  }

  async #tellOfGap(file: number): Promise<void> {
    const words = `[gantry: ${this.#dropped} log entries were lost here, the disk was full]\n`
    const entry = JSON.stringify({ log: words, stream: 'stderr', time: formatRfc3339Nano(nowNanos()) })
    // A write that failed halfway left a torn entry: a newline first keeps the next one whole.
    await this.#writeAll(file, Buffer.from(`\n${entry}\n`))
    this.#dropped = 0
    this.#options.warn(`log ${this.#options.path} takes entries again`)
  }

  #tellRoom(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}

function countLines(entries: Buffer): number {
  let count = 0
  for (let at = entries.indexOf(10); at >= 0; at = entries.indexOf(10, at + 1)) count++
  return count
}

function ignoreAbsent(error: unknown): void {
  if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return
  throw error
}
