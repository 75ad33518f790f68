import { atLeast, type EventMessage, type EventsQuery, writeJson } from '#api'
import type { EngineEvent } from '#engine'
import { InvalidArgument } from '#lib/errors'
import type { SystemBackend } from '../backends.ts'
import type { ApiCall } from '../http/call.ts'
import { parseTime } from './logs.ts'

/** Forms of a stream of JSON values; the last begins each value with a record separator (RFC 7464). */
const LINES = ['application/jsonl', 'application/x-ndjson', 'application/json-seq'] as const
const RECORD_SEPARATOR = '\x1e'
/** No JSON, but what clients know from before API 1.52. */
const OLD_FORM = 'application/json'

/** `GET /events`. @throws InvalidArgument */
export async function sendEvents(system: SystemBackend, call: ApiCall, query: EventsQuery): Promise<void> {
  const { since = '', until = '', filters = new Map() } = query
  const span = { since: timeOf('since', since), until: timeOf('until', until) }
  if (span.until !== undefined && span.until < (span.since ?? 0n)) {
    throw new InvalidArgument(`\`since\` time (${since}) cannot be after \`until\` time (${until})`)
  }
  const events = system.events({ ...span, filters, signal: call.signal })
  const form = wantedForm(call)
  const stream = call.openStream(form)
  const before = form === 'application/json-seq' ? RECORD_SEPARATOR : ''
  const isOld = !atLeast(call.version, '1.52')
  for await (const event of events) {
    await stream.write(`${before}${writeJson(eventMessage(event, isOld), { escapeHtml: true })}\n`)
  }
  stream.end()
}

/** 0 is the beginning of 1970, not "no limit". */
function timeOf(name: string, text: string): bigint | undefined {
  return text === '0' ? 0n : parseTime(name, text)
}

function wantedForm({ headers, version }: ApiCall): string {
  const accepted = (headers.accept ?? '').split(',').map(part => part.split(';')[0]?.trim())
  return LINES.find(form => accepted.includes(form)) ?? (atLeast(version, '1.52') ? LINES[0] : OLD_FORM)
}

/** Clients from before API 1.52 look for the words of containers and images at the top, too. */
export function eventMessage(event: EngineEvent, isOld: boolean): EventMessage {
  const { type, action, id, attributes, time } = event
  const old = !isOld || type === 'network' ? {} : { status: action, id, ...from(event) }
  return {
    ...old,
    Type: type,
    Action: action,
    Actor: { ID: id, Attributes: attributes },
    scope: 'local',
    time: Number(time / 1_000_000_000n),
    timeNano: time,
  }
}

function from({ type, attributes }: EngineEvent): { readonly from?: string } {
  const image = type === 'container' ? (attributes['image'] ?? '') : ''
  return image === '' ? {} : { from: image }
}
