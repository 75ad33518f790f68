import { NotFound } from '#lib/errors'
import { forEach } from '../container/each.ts'
import { bool } from '../flags/kinds.ts'
import { command } from '../program/command.ts'

export const rm = command({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  arity: { min: 1 },
  names: 'stopped',
  flags: {
    force: bool('Force the removal of a running container (uses SIGKILL)', { short: 'f' }),
    link: bool('Remove the specified link', { short: 'l' }),
    volumes: bool('Remove anonymous volumes associated with the container', { short: 'v' }),
  },
  examples: ['rm job', 'rm -f web db'],
  async run({ context, flags, args }) {
    const { client } = await context.connect()
    const { force, link, volumes: v } = flags
    const remove = async (given: string): Promise<unknown> => {
      const name = given.replace(/^\/+|\/+$/g, '')
      if (name === '') throw new Error('container name cannot be empty')
      return await client.containers.remove(name, { force, link, v })
    }
    await forEach(context, args, remove, { forgives: error => force && error instanceof NotFound })
  },
})
