import { type ContainerLogsQuery, HEADER_BYTES, streamMediaType, writeFrameHeader } from '#api'
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
    // Clients that follow take a frame for a line, as Docker sends it; to others it is a piece of the log.
    joined: !follow && !timestamps && !details,
    started: open,
    signal: call.signal,
  })
  const prefix = (entry: LogEntry) =>
    `${timestamps ? `${stamp(entry.time)} ` : ''}${details ? `${attributeText(entry)} ` : ''}`
  for await (const entries of batches) await open().write(wireEntries(entries, { framed: !tty, prefix }))
  open().end()
}

/** Entries as a client gets them: in memory of their own, with a frame around each unless they are of a terminal. */
export function wireEntries(
  entries: readonly LogEntry[],
  options: { readonly framed: boolean; readonly prefix?: (entry: LogEntry) => string },
): Buffer {
  const prefixes = options.prefix === undefined ? [] : entries.map(options.prefix)
  const prefixOf = (index: number) => prefixes[index] ?? ''
  const header = options.framed ? HEADER_BYTES : 0
  const bytes = entries.reduce((sum, { text }, i) => sum + header + prefixOf(i).length + text.length, 0)
  const wire = Buffer.allocUnsafe(bytes)
  let at = 0
  entries.forEach(({ stream, text }, i) => {
    const prefix = prefixOf(i)
    if (options.framed) at += writeFrameHeader(wire, at, stream, prefix.length + text.length)
    at += wire.write(prefix, at, 'latin1')
    wire.set(text, at)
    at += text.length
  })
  return wire
}

/** `name=value,...`, sorted, escaped as in a query. */
function attributeText({ attributes = {} }: LogEntry): string {
  const pairs = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))
  return pairs.map(pair => pair.map(queryEscape).join('=')).join(',')
}

/** As Go's url.QueryEscape. */
function queryEscape(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replace(/[!'()*]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
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
