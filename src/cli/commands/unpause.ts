import { forEach } from '../container/each.ts'
import { command } from '../program/command.ts'

export const unpause = command({
  usage: 'CONTAINER [CONTAINER...]',
  arity: { min: 1 },
  names: 'running',
  flags: {},
  examples: ['unpause web'],
  async run({ context, args }) {
    const { client } = await context.connect()
    await forEach(context, args, name => client.containers.unpause(name))
  },
})
