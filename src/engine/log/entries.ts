import { parseRfc3339, type UnixNanos } from '#lib/time'

/** One entry of a container's log. */
export interface LogEntry {
  readonly stream: 'stdout' | 'stderr'
  /** RFC 3339 with nanoseconds, as it was written. */
  readonly time: string
  /** With its newline, unless the line was cut. */
  readonly text: string
}

export interface EntryFilter {
  readonly stdout: boolean
  readonly stderr: boolean
  readonly since: UnixNanos | undefined
  readonly until: UnixNanos | undefined
}

/** Entries of a chunk of whole lines of json-file that pass. Torn or foreign lines are left out (SAFETY R20). */
export function parseEntries(chunk: Buffer, filter: EntryFilter): LogEntry[] {
  const entries: LogEntry[] = []
  for (const line of chunk.toString('utf8').split('\n')) {
    const entry = line === '' ? undefined : parseEntry(line)
    if (entry !== undefined && filter[entry.stream] && isWithin(entry.time, filter)) entries.push(entry)
  }
  return entries
}

/** Whether all of a chunk is later than `until`: then nothing after it will pass. */
export function isPast(chunk: Buffer, until: UnixNanos): boolean {
  const first = parseEntries(chunk, { stdout: true, stderr: true, since: undefined, until: undefined })[0]
  return first !== undefined && (parseRfc3339(first.time) ?? 0n) > until
}

function parseEntry(line: string): LogEntry | undefined {
  try {
    const { log, stream, time } = JSON.parse(line) as { log?: unknown; stream?: unknown; time?: unknown }
    if (typeof log !== 'string' || typeof time !== 'string') return undefined
    return { text: log, stream: stream === 'stderr' ? 'stderr' : 'stdout', time }
  } catch {
    return undefined
  }
}

function isWithin(time: string, { since, until }: EntryFilter): boolean {
  if (since === undefined && until === undefined) return true
  const at = parseRfc3339(time)
  if (at === undefined) return true
  return (since === undefined || at >= since) && (until === undefined || at <= until)
}
