import type { Client } from '#client'
import { NotFound, NotImplemented } from '#lib/errors'
import { Failure, REFUSED } from '../failure.ts'
import { bool, string } from '../flags/kinds.ts'
import { askedFormat, OBJECT_FLAGS } from '../format/flags.ts'
import { type Found, printInspected } from '../inspect/print.ts'
import { inspectRaw, type ObjectKind } from '../inspect/raw.ts'
import { command } from '../program/command.ts'

const KINDS: readonly ObjectKind[] = ['container', 'image', 'network', 'volume']
/** Docker's, in the order of its messages. */
const TYPES = ['config', 'container', 'image', 'network', 'node', 'plugin', 'secret', 'service', 'task', 'volume']

export const inspect = command({
  usage: '[OPTIONS] NAME|ID [NAME|ID...]',
  arity: { min: 1 },
  names: 'containers',
  flags: {
    ...OBJECT_FLAGS,
    size: bool('Display total file sizes if the type is container', { short: 's' }),
    type: string('Only inspect objects of the given type', { values: KINDS }),
  },
  examples: [
    'inspect web',
    "inspect -f '{{.NetworkSettings.Networks.bridge.IPAddress}}' web",
    'inspect --type image busybox',
  ],
  async run({ context, flags, given, args }) {
    const kinds = kindsOf(flags.type, given.has('type'))
    const { client } = await context.connect()
    const find = async (name: string): Promise<Found> => {
      const found = await findObject(client, kinds, name, flags.size)
      if (flags.size && found.kind !== 'container')
        context.streams.err.line(`WARNING: --size ignored for ${found.kind}`)
      return found
    }
    await printInspected(context, askedFormat(flags), args, find)
  },
})

function kindsOf(type: string, given: boolean): readonly ObjectKind[] {
  const known = `must be one of "${TYPES.join('", "')}"`
  if (type === '' && given) throw new Failure(`type is empty: ${known}`)
  if (type === '') return KINDS
  const kind = KINDS.find(name => name === type)
  if (kind !== undefined) return [kind]
  if (TYPES.includes(type)) throw new Failure(`--type ${type}: not done by this version of Gantry`, REFUSED)
  throw new Failure(`unknown type: ${JSON.stringify(type)}: ${known}`)
}

/** The first object of that name, of the kinds that are looked for. */
async function findObject(client: Client, kinds: readonly ObjectKind[], name: string, size: boolean): Promise<Found> {
  for (const kind of kinds) {
    try {
      const query = kind === 'container' && size ? { size: true } : {}
      return { kind, raw: await inspectRaw(client, kind, name, query) }
    } catch (error) {
      if (kinds.length === 1 || !isElsewhere(error)) throw error
    }
  }
  throw new NotFound(`Error: No such object: ${name}`)
}

/** Whether an object of another kind may have the name. */
function isElsewhere(error: unknown): boolean {
  if (error instanceof NotFound || error instanceof NotImplemented) return true
  return error instanceof Error && /not supported|invalid reference format/.test(error.message)
}
