import { Failure } from '../failure.ts'
import { bool, string } from '../flags/kinds.ts'
import { platformJson } from '../image/platform.ts'
import { openForReading } from '../io/open-file.ts'
import { command } from '../program/command.ts'
import { showProgress } from '../progress/display.ts'

export const load = command({
  usage: '[OPTIONS]',
  arity: { min: 0, max: 0 },
  flags: {
    input: string('Read from tar archive file, instead of STDIN', { short: 'i', values: 'files' }),
    platform: string('Load only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")'),
    quiet: bool('Suppress the load output', { short: 'q' }),
  },
  examples: ['load -i busybox.tar', 'load < busybox.tar.gz'],
  async run({ context, flags }) {
    const { in: input, out } = context.streams
    if (flags.input === '' && input.isTerminal) {
      throw new Failure(
        'requested load from stdin, but stdin is empty: name an archive with --input, or send one to stdin',
      )
    }
    const platform = flags.platform === '' ? {} : { platform: [platformJson(flags.platform)] }
    const tar = flags.input === '' ? input.raw : await openForReading(flags.input)
    const { client } = await context.connect()
    await showProgress(client.images.load(tar, { quiet: flags.quiet || !out.isTerminal, ...platform }), out)
  },
})
