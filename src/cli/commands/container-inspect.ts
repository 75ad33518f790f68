import { bool } from '../flags/kinds.ts'
import { askedFormat, OBJECT_FLAGS } from '../format/flags.ts'
import { printInspected } from '../inspect/print.ts'
import { inspectRaw } from '../inspect/raw.ts'
import { command } from '../program/command.ts'

export const containerInspect = command({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  arity: { min: 1 },
  names: 'containers',
  flags: { ...OBJECT_FLAGS, size: bool('Display total file sizes', { short: 's' }) },
  examples: ['container inspect web', "container inspect -f '{{.State.Status}}' web"],
  async run({ context, flags, args }) {
    const { client } = await context.connect()
    const query = flags.size ? { size: true } : {}
    await printInspected(context, askedFormat(flags), args, async name => ({
      kind: 'container',
      raw: await inspectRaw(client, 'container', name, query),
    }))
  },
})
