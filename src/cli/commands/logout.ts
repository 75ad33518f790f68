import { forgetCredentials, HUB_KEY, keyOf } from '../image/credentials.ts'
import { command } from '../program/command.ts'

export const logout = command({
  usage: '[SERVER]',
  arity: { min: 0, max: 1 },
  flags: {},
  examples: ['logout', 'logout registry.example.com'],
  async run({ context, args: [server = ''] }) {
    const { out } = context.streams
    const key = keyOf(server)
    const { config } = await context.connect()
    if (await forgetCredentials(context.host, config, key)) out.line(`Removing login credentials for ${key}`)
    else out.line(`Not logged in to ${key === HUB_KEY && server === '' ? HUB_KEY : key}`)
  },
})
