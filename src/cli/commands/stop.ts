import { forEach } from '../container/each.ts'
import { STOP_FLAGS, stopQuery } from '../container/stop-flags.ts'
import { command } from '../program/command.ts'

export const stop = command({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  arity: { min: 1 },
  names: 'running',
  flags: STOP_FLAGS,
  examples: ['stop web', 'stop -t 0 web db'],
  async run({ context, flags, given, args }) {
    const query = stopQuery(flags, given)
    const { client } = await context.connect()
    await forEach(context, args, name => client.containers.stop(name, query))
  },
})
