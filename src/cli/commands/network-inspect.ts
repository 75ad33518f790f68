import { bool } from '../flags/kinds.ts'
import { askedFormat, OBJECT_FLAGS } from '../format/flags.ts'
import { printInspected } from '../inspect/print.ts'
import { inspectRaw } from '../inspect/raw.ts'
import { command } from '../program/command.ts'

export const networkInspect = command({
  usage: '[OPTIONS] NETWORK [NETWORK...]',
  arity: { min: 1 },
  names: 'networks',
  flags: { ...OBJECT_FLAGS, verbose: bool('Verbose output for diagnostics', { short: 'v' }) },
  examples: ['network inspect bridge', "network inspect -f '{{(index .IPAM.Config 0).Subnet}}' bridge"],
  async run({ context, flags, args }) {
    const { client } = await context.connect()
    const query = flags.verbose ? { verbose: true } : {}
    await printInspected(context, askedFormat(flags), args, async name => ({
      kind: 'network',
      raw: await inspectRaw(client, 'network', name, query),
    }))
  },
})
