import { Failure } from '../failure.ts'
import { list, string } from '../flags/kinds.ts'
import { platformFlag, platformOf } from '../image/platform.ts'
import { parseImageName } from '../image/reference.ts'
import { openForReading } from '../io/open-file.ts'
import { command } from '../program/command.ts'
import { showProgress } from '../progress/display.ts'

export const importImage = command({
  usage: '[OPTIONS] file|URL|- [REPOSITORY[:TAG]]',
  arity: { min: 1 },
  flags: {
    change: list('Apply Dockerfile instruction to the created image', { short: 'c' }),
    message: string('Set commit message for imported image', { short: 'm' }),
    platform: platformFlag,
  },
  examples: ['import rootfs.tar.gz mine:1', 'tar -C root -c . | gantry import -c \'CMD ["/bin/sh"]\' - mine'],
  async run({ context, flags, given, args: [source = '', name = '', ...more] }) {
    if (more.length > 0) throw new Failure('import takes one archive and one name: put quotes around names with spaces')
    const { in: input, out } = context.streams
    const isAddress = /^https?:\/\//.test(source)
    if (source === '-' && input.isTerminal) {
      throw new Failure('requested import from stdin, but stdin is empty: name an archive, or send one to stdin')
    }
    const tar = isAddress ? undefined : source === '-' ? input.raw : await openForReading(source)
    if (name !== '') parseImageName(name)
    const platform = platformOf(flags.platform, given.has('platform'), context.env)
    const { client } = await context.connect()
    const query = {
      fromSrc: isAddress ? source : '-',
      ...(name === '' ? {} : { repo: name }),
      ...(flags.message === '' ? {} : { message: flags.message }),
      changes: [...flags.change],
      ...(platform === '' ? {} : { platform }),
    }
    await showProgress(client.images.import(query, tar), out)
  },
})
