import { type ContainerLogsQuery, frameHeader, streamMediaType } from '#api'
import type { LogEntry } from '#engine'
import { InvalidArgument } from '#lib/errors'
import { formatRfc3339NanoFixed, parseRfc3339, type UnixNanos } from '#lib/time'
import type { Backends } from '../backends.ts'
import type { ApiCall } from '../http/call.ts'
import type { ResponseStream } from '../http/response-stream.ts'

/** `GET /containers/{id}/logs`. @throws InvalidArgument, NotFound */
export async function sendLogs(
  { containers }: Backends,
  call: ApiCall,
  id: string,
  query: ContainerLogsQuery,
): Promise<void> {
  const record = containers.find(id)
  const { stdout = false, stderr = false, follow = false, timestamps = false, details = false } = query
  if (!stdout && !stderr) throw new InvalidArgument('Bad parameters: you must choose at least one stream')
  const { tty } = record.spec.process
  const opened: { stream?: ResponseStream } = {}
  const open = () => (opened.stream ??= call.openStream(streamMediaType({ tty, version: call.version })))
  const batches = containers.logs(record.id, {
    stdout,
    stderr,
    follow,
    since: parseTime('since', query.since ?? ''),
    until: parseTime('until', query.until ?? ''),
    tail: parseTail(query.tail ?? ''),
    started: open,
    signal: call.signal,
  })
  const prefix = (entry: LogEntry) => `${timestamps ? `${stamp(entry.time)} ` : ''}${details ? ' ' : ''}`
  for await (const entries of batches) {
    await open().write(tty ? entries.map(entry => prefix(entry) + entry.text).join('') : frames(entries, prefix))
  }
  open().end()
}

function frames(entries: readonly LogEntry[], prefix: (entry: LogEntry) => string): Buffer {
  const parts: Buffer[] = []
  for (const entry of entries) {
    const bytes = Buffer.from(prefix(entry) + entry.text)
    parts.push(frameHeader(entry.stream, bytes.length), bytes)
  }
  return Buffer.concat(parts)
}

/** Nine digits of the second, whatever the log has. */
function stamp(time: string): string {
  const parsed = parseRfc3339(time)
  return parsed === undefined ? time : formatRfc3339NanoFixed(parsed)
}

/** Unix seconds with a fraction, as clients send; '' and 0 are "no limit". @throws InvalidArgument */
export function parseTime(name: string, text: string): UnixNanos | undefined {
  if (text === '' || text === '0') return undefined
  const match = /^(-?\d+)(?:\.(\d{1,9})\d*)?$/.exec(text)
  if (match !== null) return BigInt(match[1] ?? '0') * 1_000_000_000n + BigInt((match[2] ?? '').padEnd(9, '0'))
  const time = parseRfc3339(text)
  if (time === undefined)
    throw new InvalidArgument(`invalid value for "${name}": failed to parse value as time or duration: "${text}"`)
  return time
}

/** `all`, a number; anything else is all, as with Docker. */
function parseTail(text: string): number | undefined {
  return /^\+?\d+$/.test(text) ? Number(text) : undefined
}
