import { copyFromContainer } from '../copy/from-container.ts'
import { parsePlace } from '../copy/place.ts'
import { copyToContainer } from '../copy/to-container.ts'
import { Failure } from '../failure.ts'
import { bool } from '../flags/kinds.ts'
import { command } from '../program/command.ts'

export const cp = command({
  usage: '[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tgantry cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH',
  arity: { min: 2, max: 2 },
  names: 'places',
  flags: {
    archive: bool('Archive mode (copy all uid/gid information)', { short: 'a' }),
    'follow-link': bool('Always follow symbol link in SRC_PATH', { short: 'L' }),
    quiet: bool(
      'Suppress progress output during copy. Progress output is automatically suppressed if no terminal is attached',
      { short: 'q' },
    ),
  },
  examples: [
    'cp web:/etc/nginx ./nginx',
    'cp site/. web:/srv/www',
    'cp web:/var/log - | tar -t',
    'tar -c site | gantry cp - web:/srv',
  ],
  async run({ context, flags, given, args: [from = '', to = ''] }) {
    if (from === '') throw new Failure('source can not be empty')
    if (to === '') throw new Failure('destination can not be empty')
    const [source, destination] = [parsePlace(from), parsePlace(to)]
    const options = {
      keepsOwners: flags.archive,
      followLink: flags['follow-link'],
      isQuiet: given.has('quiet') ? flags.quiet : !context.streams.out.isTerminal,
    }
    if (source.kind === 'container' && destination.kind === 'container') {
      throw new Failure('copying between containers is not supported')
    }
    if (source.kind === 'container' && destination.kind !== 'container') {
      await copyFromContainer(context, source, destination, options)
    } else if (source.kind !== 'container' && destination.kind === 'container') {
      await copyToContainer(context, source, destination, options)
    } else throw new Failure('must specify at least one container source')
  },
})
