import { copyOutput } from '#client'
import { bool, string } from '../flags/kinds.ts'
import { command } from '../program/command.ts'
import { parseSince } from '../time/since.ts'

const WHEN = '(e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)'

export const logs = command({
  usage: '[OPTIONS] CONTAINER',
  arity: { min: 1, max: 1 },
  names: 'containers',
  flags: {
    details: bool('Show extra details provided to logs'),
    follow: bool('Follow log output', { short: 'f' }),
    since: string(`Show logs since timestamp ${WHEN}`),
    tail: string('Number of lines to show from the end of the logs', { short: 'n', initial: 'all' }),
    timestamps: bool('Show timestamps', { short: 't' }),
    until: string(`Show logs before a timestamp ${WHEN}`),
  },
  examples: ['logs web', 'logs -f --tail 100 web', 'logs --since 10m -t web'],
  async run({ context, flags, args: [name = ''] }) {
    const { client } = await context.connect()
    const container = await client.containers.inspect(name)
    const now = Date.now()
    const { output, framed } = await client.containers.logs(container.Id, {
      stdout: true,
      stderr: true,
      ...(flags.since === '' ? {} : { since: parseSince(flags.since, now, 'since') }),
      ...(flags.until === '' ? {} : { until: parseSince(flags.until, now, 'until') }),
      timestamps: flags.timestamps,
      follow: flags.follow,
      tail: flags.tail,
      details: flags.details,
    })
    const { out, err } = context.streams
    await copyOutput(output, framed ?? !container.Config.Tty, { stdout: out.raw, stderr: err.raw })
  },
})
