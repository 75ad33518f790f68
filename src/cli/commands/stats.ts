import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from '#client'
import { failTogether } from '../container/each.ts'
import { LiveStats } from '../container/live-stats.ts'
import { bool, string } from '../flags/kinds.ts'
import { LIST_FLAGS } from '../format/flags.ts'
import { printList } from '../format/list.ts'
import { type StatsRow, statsList } from '../format/stats.ts'
import { escapeCell } from '../io/escape.ts'
import { command } from '../program/command.ts'
import type { Context } from '../program/context.ts'

const REFRESH_MS = 500
const TOP_LEFT = '\x1b[H'
const CLEAR_LINE = '\x1b[K'
const CLEAR_BELOW = '\x1b[J'

const { format } = LIST_FLAGS

export const stats = command({
  usage: '[OPTIONS] [CONTAINER...]',
  arity: { min: 0 },
  names: 'running',
  flags: {
    all: bool('Show all containers (default shows just running)', { short: 'a' }),
    format: string(format.usage, { values: ['table', 'json'] }),
    'no-stream': bool('Disable streaming stats and only pull the first result'),
    'no-trunc': bool('Do not truncate output'),
  },
  examples: ['stats', 'stats --no-stream web db', "stats --format '{{.Name}}: {{.CPUPerc}}'"],
  async run({ context, flags, args }) {
    const { client, config } = await context.connect()
    const asked = flags.format === '' ? (config.settings.statsFormat ?? '') : flags.format
    const list = statsList(!flags['no-trunc'])
    if (flags['no-stream']) {
      const rows = await snapshot(client, await namesOf(client, args, flags.all))
      if (rows.length > 0) printList(context, list, { format: asked, rows })
      return
    }
    const { renderList } = await import('#template')
    const render = (rows: readonly StatsRow[]) => renderList(list, { format: asked, rows: rows.map(cleaned) })
    await watch(context, client, { names: args, all: flags.all, render })
  },
})

async function namesOf(client: Client, names: readonly string[], all: boolean): Promise<readonly string[]> {
  if (names.length > 0) return [...new Set(names)]
  return (await client.containers.list(all ? { all: true } : {})).map(({ Id }) => Id)
}

/** @throws Failure with what was wrong with any of them */
async function snapshot(client: Client, names: readonly string[]): Promise<StatsRow[]> {
  const results = await Promise.allSettled(names.map(name => client.containers.statsNow(name)))
  failTogether(results.flatMap(result => (result.status === 'rejected' ? [result.reason] : [])))
  return results.flatMap((result, at) =>
    result.status === 'fulfilled' ? [{ container: names[at] ?? '', stats: result.value }] : [],
  )
}

interface Watch {
  readonly names: readonly string[]
  readonly all: boolean
  readonly render: (rows: readonly StatsRow[]) => string
}

/** A table that is written over itself, until nothing is left to watch or somebody interrupts. */
async function watch(context: Context, client: Client, { names, all, render }: Watch): Promise<void> {
  const { signal } = context.interrupts
  using live = new LiveStats(client)
  const asked = await namesOf(client, names, all)
  if (names.length === 0) void followEvents(client, live, { all, signal })
  const begun = await Promise.allSettled(asked.map(name => live.follow(name)))
  if (names.length > 0) failTogether(begun.flatMap(result => (result.status === 'rejected' ? [result.reason] : [])))
  const { out } = context.streams
  while (!signal.aborted) {
    const rows = live.rows()
    if (rows.length === 0 && names.length > 0) {
      out.raw.write(TOP_LEFT + CLEAR_BELOW)
      return
    }
    const lines = render(rows).split('\n')
    out.raw.write(`${TOP_LEFT}${lines.map(line => `${line}${CLEAR_LINE}\n`).join('')}${CLEAR_BELOW}`)
    await delay(REFRESH_MS, undefined, { signal }).catch(() => {})
  }
  signal.throwIfAborted()
}

/** Takes in what starts and lets go of what ends; of all, only what is removed is let go. */
async function followEvents(
  client: Client,
  live: LiveStats,
  { all, signal }: { readonly all: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const begins = all ? ['create', 'start'] : ['start']
  const ends = all ? ['destroy'] : ['die', 'destroy']
  try {
    for await (const { Action, Actor } of client.system.events(
      { filters: new Map([['type', ['container']]]) },
      { signal },
    )) {
      if (begins.includes(Action)) void live.follow(Actor.ID).catch(() => {})
      else if (ends.includes(Action)) live.drop(Actor.ID)
    }
  } catch {
    // The engine went: the streams of the containers end with it.
  }
}

/** Names come from whoever made the container, and go to a terminal. */
function cleaned(row: StatsRow): StatsRow {
  const { container, stats } = row
  const name = stats?.name === undefined ? {} : { name: escapeCell(stats.name) }
  return { container: escapeCell(container), stats: stats === undefined ? undefined : { ...stats, ...name } }
}
