import { Failure } from '../failure.ts'
import { list, string } from '../flags/kinds.ts'
import { platformJson } from '../image/platform.ts'
import { checkOutputPath, copyToFile, copyToOutput } from '../io/output-file.ts'
import { command } from '../program/command.ts'

export const save = command({
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  arity: { min: 1 },
  names: 'images',
  flags: {
    output: string('Write to a file, instead of STDOUT', { short: 'o', values: 'files' }),
    platform: list('Save only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")'),
  },
  examples: ['save -o busybox.tar busybox', 'save busybox alpine | ssh host gantry load'],
  async run({ context, flags, args }) {
    const { out } = context.streams
    if (flags.output === '' && out.isTerminal) {
      throw new Failure('cowardly refusing to save to a terminal. Use the -o flag or redirect')
    }
    if (flags.output !== '') checkOutputPath('save', flags.output)
    const platform = flags.platform.flatMap(text => text.split(',')).map(platformJson)
    const { client } = await context.connect()
    const tar = await client.images.save({ names: [...args], ...(platform.length === 0 ? {} : { platform }) })
    await (flags.output === '' ? copyToOutput(tar, out) : copyToFile(tar, flags.output))
  },
})
