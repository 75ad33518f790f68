import { failTogether } from '../container/each.ts'
import { command } from '../program/command.ts'

export const wait = command({
  usage: 'CONTAINER [CONTAINER...]',
  arity: { min: 1 },
  names: 'running',
  flags: {},
  examples: ['wait job'],
  async run({ context, args }) {
    const { client } = await context.connect()
    const errors: unknown[] = []
    for (const name of args) {
      try {
        const waiting = await client.containers.wait(name)
        context.streams.out.line(String((await waiting.exit).StatusCode))
      } catch (error) {
        errors.push(error)
      }
    }
    failTogether(errors)
  },
})
