import type { Client } from '#client'
import { command } from '../program/command.ts'
import { forEach } from './each.ts'
import { STOP_FLAGS, stopQuery } from './stop-flags.ts'

export interface StopCommand {
  /** Which containers are offered for completion. */
  readonly names: 'containers' | 'running'
  readonly examples: readonly string[]
  act(containers: Client['containers'], name: string, query: ReturnType<typeof stopQuery>): Promise<unknown>
}

/** A command that stops containers, whatever comes after. */
export function stopCommand({ names, examples, act }: StopCommand) {
  return command({
    usage: '[OPTIONS] CONTAINER [CONTAINER...]',
    arity: { min: 1 },
    names,
    flags: STOP_FLAGS,
    examples,
    async run({ context, flags, given, args }) {
      const query = stopQuery(flags, given)
      const { client } = await context.connect()
      await forEach(context, args, name => act(client.containers, name, query))
    },
  })
}
