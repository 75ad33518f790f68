import type { EventMessage } from '#api'
import { errorText } from '#lib/errors'
import { BAD_TEMPLATE, Failure } from '../failure.ts'
import { string } from '../flags/kinds.ts'
import { filters } from '../flags/lists.ts'
import { OBJECT_FLAGS } from '../format/flags.ts'
import { command } from '../program/command.ts'
import { localRfc3339 } from '../time/go-time.ts'
import { parseSince } from '../time/since.ts'

const { short: _, ...format } = OBJECT_FLAGS.format

export const events = command({
  usage: '[OPTIONS]',
  arity: { min: 0, max: 0 },
  flags: {
    filter: filters(),
    format,
    since: string('Show all events created since timestamp'),
    until: string('Stream events until this timestamp'),
  },
  examples: ['events', 'events --since 10m --until 0m', 'events -f type=container -f event=die --format json'],
  async run({ context, flags }) {
    const show = flags.format === '' ? eventText : await templateOf(flags.format)
    const { client } = await context.connect()
    const now = Date.now()
    const stream = client.system.events({
      ...(flags.since === '' ? {} : { since: parseSince(flags.since, now, '') }),
      ...(flags.until === '' ? {} : { until: parseSince(flags.until, now, '') }),
      filters: flags.filter,
    })
    for await (const event of stream) context.streams.out.line(show(event))
  },
})

/** `2026-01-02T15:04:05.000000000Z container start ID (image=busybox, name=web)` */
function eventText({ Type, Action, Actor, timeNano }: EventMessage): string {
  const nanos = (timeNano % 1_000_000_000n).toString().padStart(9, '0')
  const time = localRfc3339(Number(timeNano / 1_000_000_000n)).replace(/(:\d\d)(Z|[+-]\d\d:\d\d)$/, `$1.${nanos}$2`)
  const attributes = Object.entries(Actor.Attributes ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
  return `${time} ${Type} ${Action} ${Actor.ID}${attributes.length === 0 ? '' : ` (${attributes.join(', ')})`}`
}

/** @throws Failure for a template that does not parse, or asks for what an event has not */
async function templateOf(text: string): Promise<(event: EventMessage) => string> {
  const { compile, view, parseJsonExact } = await import('#template')
  const { EVENT_MESSAGE } = await import('../system/event-type.ts')
  const { writeJson } = await import('#api')
  try {
    const template = compile(text === 'json' ? '{{json .}}' : text)
    template.execute(view(EVENT_MESSAGE, {}))
    return event => template.execute(view(EVENT_MESSAGE, parseJsonExact(writeJson(event))))
  } catch (error) {
    throw new Failure(`Error parsing format: ${errorText(error)}`, BAD_TEMPLATE, error)
  }
}
