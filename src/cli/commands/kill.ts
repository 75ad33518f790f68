import { forEach } from '../container/each.ts'
import { SIGNALS } from '../container/signals.ts'
import { string } from '../flags/kinds.ts'
import { command } from '../program/command.ts'

export const kill = command({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  arity: { min: 1 },
  names: 'running',
  flags: { signal: string('Signal to send to the container', { short: 's', values: SIGNALS }) },
  examples: ['kill web', 'kill -s HUP web'],
  async run({ context, flags, args }) {
    const { client } = await context.connect()
    const query = flags.signal === '' ? {} : { signal: flags.signal }
    await forEach(context, args, name => client.containers.kill(name, query))
  },
})
