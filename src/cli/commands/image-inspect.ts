import { string } from '../flags/kinds.ts'
import { askedFormat, OBJECT_FLAGS } from '../format/flags.ts'
import { platformJson } from '../image/platform.ts'
import { printInspected } from '../inspect/print.ts'
import { inspectRaw } from '../inspect/raw.ts'
import { command } from '../program/command.ts'

export const imageInspect = command({
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  arity: { min: 1 },
  names: 'images',
  flags: {
    ...OBJECT_FLAGS,
    platform: string(
      'Inspect a specific platform of the multi-platform image. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")',
    ),
  },
  examples: ['image inspect busybox', "image inspect -f '{{json .Config.Env}}' busybox"],
  async run({ context, flags, args }) {
    const query = flags.platform === '' ? {} : { platform: platformJson(flags.platform) }
    const { client } = await context.connect()
    await printInspected(context, askedFormat(flags), args, async name => ({
      kind: 'image',
      raw: await inspectRaw(client, 'image', name, query),
    }))
  },
})
