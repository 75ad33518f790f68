import { bool, string } from '../flags/kinds.ts'
import { askedName } from '../image/asked-name.ts'
import { credentialsFor } from '../image/credentials.ts'
import { platformJson } from '../image/platform.ts'
import { familiarName, fullText } from '../image/reference.ts'
import { refuseContentTrust } from '../image/trust.ts'
import { command } from '../program/command.ts'
import { awaitProgress, showProgress } from '../progress/display.ts'

export const push = command({
  usage: '[OPTIONS] NAME[:TAG]',
  arity: { min: 1, max: 1 },
  names: 'images',
  flags: {
    'all-tags': bool('Push all tags of an image to the repository', { short: 'a' }),
    'disable-content-trust': bool('Skip image signing', { initial: true }),
    platform: string(
      'Push a platform-specific manifest as a single-platform image to the registry. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")',
    ),
    quiet: bool('Suppress verbose output', { short: 'q' }),
  },
  examples: ['push registry.example.com/team/app:1.2', 'push -a registry.example.com/team/app'],
  async run({ context, flags, given, args: [text = ''] }) {
    const { out } = context.streams
    const name = askedName(text, flags, context.streams)
    refuseContentTrust(flags['disable-content-trust'], given.has('disable-content-trust'), context.env)
    const { client, config } = await context.connect()
    const auth = (await credentialsFor(context.host, config.settings, name.domain)) ?? {}
    const query = {
      ...(name.tag === undefined ? {} : { tag: name.tag }),
      ...(flags.platform === '' ? {} : { platform: platformJson(flags.platform) }),
    }
    const repository = name.digest === undefined ? familiarName(name) : `${familiarName(name)}@${name.digest}`
    const messages = client.images.push(repository, query, { auth })
    await (flags.quiet ? awaitProgress(messages) : showProgress(messages, out))
    if (flags.quiet) out.line(fullText(name))
  },
})
