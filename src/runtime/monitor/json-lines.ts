/**
 * Output to Docker's json-file format: one `{"log":"...","stream":"stdout","time":"..."}` a line. This is the hot loop
 * of every chatty container, so that whole blocks of lines are escaped at once instead of one by one.
 */
import { isAscii } from 'node:buffer'

export type OutputStream = 'stdout' | 'stderr'

/** Docker cuts lines at this length into several entries, of which only the last ends in a newline. */
export const LINE_MAX_BYTES = 16 * 1024

const NEWLINE = 10
/** A character that JSON leaves alone and that stands in for newlines while a block is escaped. */
const PLACEHOLDER = '\x7f'

/** Encoded entries and how Node is to write them: `latin1` for pure ASCII is several times as fast as `utf8`. */
export interface EncodedEntries {
  readonly text: string
  readonly encoding: 'latin1' | 'utf8'
}

/**
 * Entries for `block`, which holds whole lines (each ends in a newline). Bytes that are no UTF-8 become U+FFFD, as
 * with Docker.
 */
export function encodeLines(block: Buffer, stream: OutputStream, time: string): EncodedEntries {
  const ascii = isAscii(block)
  const text = ascii ? block.toString('latin1') : block.toString('utf8')
  const encoding = ascii ? 'latin1' : 'utf8'
  const tail = `\\n","stream":"${stream}","time":"${time}"}\n`
  if (text.includes(PLACEHOLDER)) {
    const lines = text.slice(0, -1).split('\n')
    return { text: lines.map(line => `{"log":${JSON.stringify(line).slice(0, -1)}${tail}`).join(''), encoding }
  }
  const escaped = JSON.stringify(text.slice(0, -1).replaceAll('\n', PLACEHOLDER))
  const inner = escaped.slice(1, -1).replaceAll(PLACEHOLDER, `${tail}{"log":"`)
  return { text: `{"log":"${inner}${tail}`, encoding }
}

/** One entry that does not end in a newline: a cut line, or the last words of a process. */
export function encodePartial(part: Buffer, stream: OutputStream, time: string): EncodedEntries {
  return {
    text: `{"log":${JSON.stringify(part.toString('utf8'))},"stream":"${stream}","time":"${time}"}\n`,
    encoding: 'utf8',
  }
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
