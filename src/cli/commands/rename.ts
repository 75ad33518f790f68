import { Failure } from '../failure.ts'
import { command } from '../program/command.ts'
import { describe } from '../program/describe.ts'

export const rename = command({
  usage: 'CONTAINER NEW_NAME',
  arity: { min: 2, max: 2 },
  names: 'containers',
  flags: {},
  examples: ['rename web web-old'],
  async run({ context, args: [name = '', wanted = ''] }) {
    const { client } = await context.connect()
    try {
      await client.containers.rename(name, wanted)
    } catch (error) {
      throw new Failure(`${describe(error)}\nError: failed to rename container named ${name}`)
    }
  },
})
