import type { ImageSearchItem } from '#api'
import type { ListFormat } from '#template'
import { bool, int, string } from '../flags/kinds.ts'
import { filters } from '../flags/lists.ts'
import { ellipsis } from '../format/ellipsis.ts'
import { printList } from '../format/list.ts'
import { credentialsFor } from '../image/credentials.ts'
import { command } from '../program/command.ts'

const DESCRIPTION_WIDTH = 45

export const search = command({
  usage: '[OPTIONS] TERM',
  arity: { min: 1, max: 1 },
  flags: {
    filter: filters('Filter output based on conditions provided'),
    format: string('Pretty-print search using a Go template', { values: ['table', 'json'] }),
    limit: int('Max number of search results'),
    'no-trunc': bool("Don't truncate output"),
  },
  examples: ['search nginx', 'search --filter is-official=true --limit 5 postgres'],
  async run({ context, flags, args: [term = ''] }) {
    const { client, config } = await context.connect()
    const first = term.includes('/') ? (term.split('/')[0] ?? '') : ''
    const domain = first === 'localhost' || /[.:]/.test(first) ? first : 'docker.io'
    const auth = await credentialsFor(context.host, config.settings, domain)
    const rows = await client.images.search({ term, limit: flags.limit, filters: flags.filter }, { auth })
    printList(context, searchList(!flags['no-trunc']), { format: flags.format, rows })
  },
})

function searchList(truncates: boolean): ListFormat<ImageSearchItem> {
  const yes = (value: boolean) => (value ? '[OK]' : '')
  const description = (row: ImageSearchItem) => {
    const line = row.description.replaceAll('\n', ' ').replaceAll('\r', ' ')
    return truncates ? ellipsis(line, DESCRIPTION_WIDTH) : line
  }
  return {
    typeName: '*search.searchContext',
    columns: {
      Name: { header: 'NAME', value: row => row.name },
      Description: { header: 'DESCRIPTION', value: description },
      StarCount: { header: 'STARS', value: row => String(row.star_count) },
      IsOfficial: { header: 'OFFICIAL', value: row => yes(row.is_official) },
      IsAutomated: { header: 'AUTOMATED', value: row => yes(row.is_automated) },
    },
    defaultTable: '{{.Name}}\\t{{.Description}}\\t{{.StarCount}}\\t{{.IsOfficial}}',
  }
}
