import type { ImageHistoryItem } from '#api'
import { formatSize } from '#lib/units'
import type { ListFormat } from '#template'
import { bool, string } from '../flags/kinds.ts'
import { ellipsis } from '../format/ellipsis.ts'
import { askedFormat, LIST_FLAGS } from '../format/flags.ts'
import { printList } from '../format/list.ts'
import { truncatedId } from '../format/short-id.ts'
import { platformJson } from '../image/platform.ts'
import { command } from '../program/command.ts'
import { ago, localRfc3339 } from '../time/go-time.ts'

const COMMAND_COLUMNS = 45
/** Images that are made to be the same wherever they are made carry a time at the beginning of the epoch. */
const NO_DATE_BEFORE = Date.UTC(2000) / 1000

export const history = command({
  usage: '[OPTIONS] IMAGE',
  arity: { min: 1, max: 1 },
  names: 'images',
  flags: {
    ...LIST_FLAGS,
    human: bool('Print sizes and dates in human readable format', { short: 'H', initial: true }),
    'no-trunc': bool("Don't truncate output"),
    platform: string('Show history for the given platform. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")'),
    quiet: bool('Only show image IDs', { short: 'q' }),
  },
  examples: ['history busybox', 'history --no-trunc --format "{{.CreatedBy}}" busybox'],
  async run({ context, flags, args: [name = ''] }) {
    const platform = flags.platform === '' ? {} : { platform: platformJson(flags.platform) }
    const { client } = await context.connect()
    const rows = await client.images.history(name, platform)
    const list = historyList(!flags['no-trunc'], flags.human)
    printList(context, list, { format: askedFormat(flags), rows, ...(flags.quiet ? { quiet: '{{.ID}}' } : {}) })
  },
})

function historyList(truncates: boolean, human: boolean): ListFormat<ImageHistoryItem> {
  const since = ({ Created }: ImageHistoryItem) => {
    if (!human) return localRfc3339(Created)
    return Created <= NO_DATE_BEFORE ? 'N/A' : ago(Created)
  }
  const createdBy = ({ CreatedBy }: ImageHistoryItem) => {
    const text = CreatedBy.replaceAll('\t', ' ')
    return truncates ? ellipsis(text, COMMAND_COLUMNS) : text
  }
  return {
    typeName: '*image.historyContext',
    columns: {
      ID: { header: 'IMAGE', value: row => (truncates ? truncatedId(row.Id) : row.Id) },
      CreatedAt: { header: 'CREATED AT', value: row => localRfc3339(row.Created) },
      CreatedSince: { header: 'CREATED', value: since },
      CreatedBy: { header: 'CREATED BY', value: createdBy },
      Size: { header: 'SIZE', value: row => (human ? formatSize(row.Size, 3) : String(row.Size)) },
      Comment: { header: 'COMMENT', value: row => row.Comment },
    },
    defaultTable: `{{.ID}}\\t{{.${human ? 'CreatedSince' : 'CreatedAt'}}}\\t{{.CreatedBy}}\\t{{.Size}}\\t{{.Comment}}`,
  }
}
