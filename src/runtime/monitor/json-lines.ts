/**
 * Output to Docker's json-file format: one `{"log":"...","stream":"stdout","time":"..."}` a line. This is the hot loop
 * of every chatty container, so that whole blocks of lines are escaped at once instead of one by one.
 */
import { isUtf8 } from 'node:buffer'
import type { EntryBuffer } from './segments.ts'

export type OutputStream = 'stdout' | 'stderr'

/** Docker cuts lines at this length into several entries, of which only the last ends in a newline. */
export const LINE_MAX_BYTES = 16 * 1024

const NEWLINE = 10
const QUOTE = 34
/** A character that JSON leaves alone and that stands in for newlines while a block is escaped. */
const PLACEHOLDER = '\x7f'

/** Lines are encoded in blocks of at most this size and number: strings of it die young, which is cheap. */
const BLOCK_BYTES = 2 * LINE_MAX_BYTES
const BLOCK_LINES = 2048

const HEAD = '{"log":"'
const HEAD_BYTES = Buffer.from(HEAD)

/** What an entry says besides its text. */
export interface EntryMarks {
  readonly stream: OutputStream
  readonly time: string
  /** As `encodeAttributes` gives it. */
  readonly attributes?: string
}

/** Docker's `attrs`, as they stand in every entry; '' where there are none. */
export function encodeAttributes(attributes: Readonly<Record<string, string>> | undefined): string {
  if (attributes === undefined) return ''
  return `,"attrs":${Buffer.from(JSON.stringify(attributes)).toString('latin1')}`
}

/**
 * Appends entries for `lines`, which are whole (the last one ends in a newline too) and no longer than LINE_MAX_BYTES.
 * Bytes that are no UTF-8 become U+FFFD, as with Docker.
 */
export function encodeLines(lines: Buffer, marks: EntryMarks, into: EntryBuffer): void {
  const tail = `\\n${tailOf(marks)}`
  const tailBytes = Buffer.from(tail, 'latin1')
  const ends = new Uint32Array(Math.min(BLOCK_LINES, lines.length))
  for (let at = 0; at < lines.length; ) {
    const count = findLines(lines, at, ends)
    const end = ends[count - 1] ?? lines.length
    const block = lines.subarray(at, end)
    const text = block.toString('latin1')
    if (isPlain(block, text, count)) copyLines(lines, at, ends.subarray(0, count), tailBytes, into)
    else append(escapeLines(isUtf8(block) ? text : Buffer.from(block.toString('utf8')).toString('latin1'), tail), into)
    at = end
  }
}

/** Appends one entry that does not end in a newline: a cut line, or the last words of a process. */
export function encodePartial(part: Buffer, marks: EntryMarks, into: EntryBuffer): void {
  const text = Buffer.from(part.toString('utf8')).toString('latin1')
  append(`{"log":${JSON.stringify(text).slice(0, -1)}${tailOf(marks)}`, into)
}

/** All that comes after the text of an entry. */
function tailOf({ stream, time, attributes = '' }: EntryMarks): string {
  return `","stream":"${stream}"${attributes},"time":"${time}"}\n`
}

/** Where the lines of the block that begins at `from` end, as many as a block has; returns how many. */
function findLines(lines: Buffer, from: number, ends: Uint32Array): number {
  let count = 0
  for (let at = from; at < lines.length && count < ends.length; count++) {
    const end = lines.indexOf(NEWLINE, at) + 1
    if (end - from > BLOCK_BYTES && count > 0) break
    ends[count] = end
    at = end
  }
  return count
}

/** Whether a block is the same in JSON, newlines aside. The engine's own escaping is the fastest way to find out. */
function isPlain(block: Buffer, text: string, lineCount: number): boolean {
  return !block.includes(QUOTE) && isUtf8(block) && JSON.stringify(text).length === text.length + lineCount + 2
}

function copyLines(lines: Buffer, from: number, ends: Uint32Array, tail: Buffer, into: EntryBuffer): void {
  const end = ends[ends.length - 1] ?? from
  const bytes = end - from + ends.length * (HEAD_BYTES.length + tail.length - 1)
  const segment = into.reserve(bytes)
  const target = segment.bytes
  let to = segment.length
  let at = from
  for (const next of ends) {
    target.set(HEAD_BYTES, to)
    to += HEAD_BYTES.length
    to += lines.copy(target, to, at, next - 1)
    target.set(tail, to)
    to += tail.length
    at = next
  }
  segment.length = to
}

/** UTF-8 stays what it is in text that was read as Latin-1 and is written as Latin-1: JSON escapes only ASCII. */
function escapeLines(text: string, tail: string): string {
  if (text.includes(PLACEHOLDER)) {
    const lines = text.slice(0, -1).split('\n')
    return lines.map(line => `{"log":${JSON.stringify(line).slice(0, -1)}${tail}`).join('')
  }
  const escaped = JSON.stringify(text.slice(0, -1).replaceAll('\n', PLACEHOLDER))
  return HEAD + escaped.slice(1, -1).replaceAll(PLACEHOLDER, tail + HEAD) + tail
}

function append(latin1: string, into: EntryBuffer): void {
  const segment = into.reserve(latin1.length)
  segment.length += segment.bytes.write(latin1, segment.length, 'latin1')
}

/**
 * Cuts a stream of bytes into whole lines. What comes after the last newline waits for its end, up to LINE_MAX_BYTES.
 */
export class LineSplitter {
  #rest: Buffer[] = []
  #restBytes = 0

  /** Calls `lines` with blocks of whole lines and `partial` with pieces of lines that are too long, in order. */
  push(chunk: Buffer, lines: (block: Buffer) => void, partial: (part: Buffer) => void): void {
    const end = chunk.lastIndexOf(NEWLINE) + 1
    if (end > 0) this.#whole(chunk.subarray(0, end), lines, partial)
    if (end < chunk.length) this.#keep(chunk.subarray(end), partial)
  }

  /** What waits for a newline that will not come. */
  flush(partial: (part: Buffer) => void): void {
    if (this.#restBytes > 0) partial(this.#take())
  }

  #whole(block: Buffer, lines: (block: Buffer) => void, partial: (part: Buffer) => void): void {
    let from = 0
    if (this.#restBytes > 0) {
      from = block.indexOf(NEWLINE) + 1
      this.#keep(block.subarray(0, from), partial)
      if (this.#restBytes > 0) lines(this.#take())
    }
    // A block of short lines only, which is nearly all there is, goes as it is.
    let start = from
    for (let at = from; at < block.length; ) {
      const newline = block.indexOf(NEWLINE, Math.min(at + LINE_MAX_BYTES, block.length - 1))
      const next = block.lastIndexOf(NEWLINE, Math.min(at + LINE_MAX_BYTES - 1, block.length - 1)) + 1
      if (next > at) {
        at = next
        continue
      }
      if (start < at) lines(block.subarray(start, at))
      this.#long(block.subarray(at, newline + 1), lines, partial)
      at = newline + 1
      start = at
    }
    if (start < block.length) lines(block.subarray(start))
  }

  /** One line of more than LINE_MAX_BYTES, newline included. */
  #long(line: Buffer, lines: (block: Buffer) => void, partial: (part: Buffer) => void): void {
    let at = 0
    while (line.length - at > LINE_MAX_BYTES) {
      partial(line.subarray(at, at + LINE_MAX_BYTES))
      at += LINE_MAX_BYTES
    }
    lines(line.subarray(at))
  }

  #keep(part: Buffer, partial: (part: Buffer) => void): void {
    let at = 0
    while (this.#restBytes + part.length - at > LINE_MAX_BYTES) {
      const room = LINE_MAX_BYTES - this.#restBytes
      this.#rest.push(part.subarray(at, at + room))
      this.#restBytes += room
      at += room
      partial(this.#take())
    }
    if (at === part.length) return
    // A copy: the caller reads the next chunk into the same memory.
    this.#rest.push(Buffer.from(part.subarray(at)))
    this.#restBytes += part.length - at
  }

  #take(): Buffer {
    const whole = this.#rest.length === 1 ? this.#rest[0] : Buffer.concat(this.#rest)
    this.#rest = []
    this.#restBytes = 0
    return whole ?? Buffer.alloc(0)
  }
}
