import { bool } from '../flags/kinds.ts'
import { askedName } from '../image/asked-name.ts'
import { platformFlag, platformOf } from '../image/platform.ts'
import { pullImage } from '../image/pull.ts'
import { fullText } from '../image/reference.ts'
import { refuseContentTrust } from '../image/trust.ts'
import { command } from '../program/command.ts'

export const pull = command({
  usage: '[OPTIONS] NAME[:TAG|@DIGEST]',
  arity: { min: 1, max: 1 },
  names: 'images',
  flags: {
    'all-tags': bool('Download all tagged images in the repository', { short: 'a' }),
    'disable-content-trust': bool('Skip image verification', { initial: true }),
    platform: platformFlag,
    quiet: bool('Suppress verbose output', { short: 'q' }),
  },
  examples: ['pull busybox', 'pull -q registry.example.com/team/app:1.2', 'pull --platform linux/arm64 alpine'],
  async run({ context, flags, given, args: [text = ''] }) {
    const { out } = context.streams
    const name = askedName(text, flags, context.streams)
    if (name.digest === undefined) {
      refuseContentTrust(flags['disable-content-trust'], given.has('disable-content-trust'), context.env)
    }
    const connection = await context.connect()
    await pullImage(context, connection, {
      name,
      allTags: flags['all-tags'],
      platform: platformOf(flags.platform, given.has('platform'), context.env),
      output: flags.quiet ? undefined : out,
    })
    out.line(fullText(name))
  },
})
