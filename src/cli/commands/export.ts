import { Failure } from '../failure.ts'
import { string } from '../flags/kinds.ts'
import { checkOutputPath, copyToFile, copyToOutput } from '../io/output-file.ts'
import { command } from '../program/command.ts'

export const exportContainer = command({
  usage: '[OPTIONS] CONTAINER',
  arity: { min: 1, max: 1 },
  names: 'containers',
  flags: { output: string('Write to a file, instead of STDOUT', { short: 'o', values: 'files' }) },
  examples: ['export -o web.tar web', 'export web | tar -t'],
  async run({ context, flags, args: [name = ''] }) {
    const { out } = context.streams
    if (flags.output === '' && out.isTerminal) {
      throw new Failure('cowardly refusing to save to a terminal. Use the -o flag or redirect')
    }
    if (flags.output !== '') checkOutputPath('export', flags.output)
    const { client } = await context.connect()
    const tar = await client.containers.exportTar(name)
    await (flags.output === '' ? copyToOutput(tar, out) : copyToFile(tar, flags.output))
  },
})
