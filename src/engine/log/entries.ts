import { parseRfc3339, type UnixNanos } from '#lib/time'
import { type Attributes, LineCursor } from './line-cursor.ts'

/** One entry of a container's log. */
export interface LogEntry {
  readonly stream: 'stdout' | 'stderr'
  /** RFC 3339 with nanoseconds, as it was written. */
  readonly time: string
  readonly attributes?: Attributes
  /** With its newline, unless the line was cut. */
  readonly text: Buffer
}

export interface EntryFilter {
  readonly stdout: boolean
  readonly stderr: boolean
  readonly since: UnixNanos | undefined
  readonly until: UnixNanos | undefined
}

/** Joined entries become no longer: clients read frames of this size without making room for more. */
const JOINED_MAX_BYTES = 32 * 1024

/**
 * Entries of a chunk of whole lines of json-file that pass. Torn or foreign lines are left out (SAFETY R20). The chunk
 * is overwritten, and the entries' text lies in it.
 */
export function parseEntries(chunk: Buffer, filter: EntryFilter): LogEntry[] {
  const entries: LogEntry[] = []
  for (const line = new LineCursor(chunk); line.next(); ) {
    if (!passes(line, filter)) continue
    const { stream, time, text, attributes } = line
    entries.push({ stream, time, text, ...(attributes && { attributes }) })
  }
  return entries
}

/** As `parseEntries`; what follows each other on one stream is one entry, with the time of the first. */
export function parseJoined(chunk: Buffer, filter: EntryFilter): LogEntry[] {
  const joined: LogEntry[] = []
  // Text is moved to the front of the chunk, never past what is still to be read.
  let first: { readonly stream: LogEntry['stream']; readonly time: string; readonly from: number } | undefined
  let to = 0
  const close = () => {
    if (first !== undefined)
      joined.push({ stream: first.stream, time: first.time, text: chunk.subarray(first.from, to) })
    first = undefined
  }
  for (const line = new LineCursor(chunk); line.next(); ) {
    if (!passes(line, filter)) continue
    if (first?.stream !== line.stream || to - first.from + line.textBytes > JOINED_MAX_BYTES) {
      close()
      first = { stream: line.stream, time: line.time, from: to }
    }
    to += line.copyText(to)
  }
  close()
  return joined
}

/** Whether all of a chunk is later than `until`: then nothing after it will pass. The chunk stays as it is. */
export function isPast(chunk: Buffer, until: UnixNanos): boolean {
  const line = new LineCursor(Buffer.from(chunk))
  return line.next() && (parseRfc3339(line.time) ?? 0n) > until
}

function passes(line: LineCursor, filter: EntryFilter): boolean {
  if (!filter[line.stream]) return false
  if (filter.since === undefined && filter.until === undefined) return true
  const at = parseRfc3339(line.time)
  if (at === undefined) return true
  return (filter.since === undefined || at >= filter.since) && (filter.until === undefined || at <= filter.until)
}
