import { Failure, REFUSED } from '../failure.ts'
import { bool } from '../flags/kinds.ts'
import { filters } from '../flags/lists.ts'
import { askedFormat, LIST_FLAGS, quieter } from '../format/flags.ts'
import { imageList, imageRows } from '../format/images.ts'
import { printList } from '../format/list.ts'
import { command } from '../program/command.ts'

/** Docker tells these apart from names of images that are not there. */
const IMAGE_COMMANDS = [
  ...['build', 'history', 'import', 'inspect', 'list', 'load', 'ls', 'prune', 'pull', 'push', 'remove', 'rm', 'rmi'],
  ...['save', 'tag'],
]

export const images = command({
  usage: '[OPTIONS] [REPOSITORY[:TAG]]',
  arity: { min: 0, max: 1 },
  names: 'images',
  flags: {
    ...LIST_FLAGS,
    all: bool('Show all images (default hides intermediate images)', { short: 'a' }),
    digests: bool('Show digests'),
    filter: filters(),
    'no-trunc': bool("Don't truncate output"),
    quiet: bool('Only show image IDs', { short: 'q' }),
    tree: bool('List multi-platform images as a tree', { hidden: true }),
  },
  examples: ['images', 'images --filter dangling=true -q', "images --format '{{.Repository}}:{{.Tag}} {{.Size}}'"],
  async run({ context, flags, args: [pattern] }) {
    if (flags.tree) throw new Failure('--tree: not done by this version of Gantry', REFUSED)
    const { client, config } = await context.connect()
    const named = pattern === undefined || pattern === '' ? [] : [pattern]
    const reference = [...(flags.filter.get('reference') ?? []), ...named]
    const found = await client.images.list({
      ...(flags.all ? { all: true } : {}),
      filters: reference.length === 0 ? flags.filter : new Map([...flags.filter, ['reference', reference]]),
    })
    const asked = askedFormat(flags)
    const chosen = asked === '' && !flags.quiet ? (config.settings.imagesFormat ?? '') : asked
    const isOwnTable = chosen.startsWith('table ') && flags.digests && !chosen.includes('{{.Digest}}')
    const format = isOwnTable ? `${chosen}\t{{.Digest}}` : chosen
    const list = imageList(!flags['no-trunc'], flags.digests)
    const rows = imageRows(found, {
      needsDigests: flags.digests || format.includes('{{.Digest}}'),
      showsDigests: flags.digests,
    })
    printList(context, list, { ...quieter(format, flags.quiet, 'image_id'), rows })
    const isMistaken = pattern !== undefined && found.length === 0 && IMAGE_COMMANDS.includes(pattern)
    if (isMistaken && context.path === 'images') {
      context.streams.err.line(`\nNo images found matching "${pattern}": did you mean "gantry image ${pattern}"?`)
    }
  },
})
