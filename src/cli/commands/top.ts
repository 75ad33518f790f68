import { escapeCell } from '../io/escape.ts'
import { command } from '../program/command.ts'

/** Least width of a column, with its padding. */
const COLUMN_MIN = 20

export const top = command({
  usage: 'CONTAINER [ps OPTIONS]',
  arity: { min: 1 },
  names: 'running',
  flags: {},
  stopsAtArgument: true,
  examples: ['top web', 'top web -o pid,comm,rss'],
  async run({ context, args: [name = '', ...psArgs] }) {
    const { client } = await context.connect()
    const { Titles, Processes } = await client.containers.top(name, psArgs.join(' '))
    const { formatTable } = await import('#template')
    const lines = [Titles, ...(Processes ?? [])].map(cells => cells.map(escapeCell).join('\t'))
    context.streams.out.write(formatTable(`${lines.join('\n')}\n`, COLUMN_MIN))
  },
})
