import type { Network } from '#api'
import type { ListFormat } from '#template'
import { bool } from '../flags/kinds.ts'
import { filters } from '../flags/lists.ts'
import { labelOf, labels } from '../format/containers.ts'
import { askedFormat, LIST_FLAGS, quieter } from '../format/flags.ts'
import { printList } from '../format/list.ts'
import { truncatedId } from '../format/short-id.ts'
import { command } from '../program/command.ts'
import { goTimeOf } from '../time/go-time.ts'

export const networks = command({
  usage: '[OPTIONS]',
  arity: { min: 0, max: 0 },
  flags: {
    ...LIST_FLAGS,
    filter: filters('Provide filter values (e.g. "driver=bridge")'),
    'no-trunc': bool('Do not truncate the output'),
    quiet: bool('Only display network IDs', { short: 'q' }),
  },
  examples: ['network ls', 'network ls --filter driver=bridge -q'],
  async run({ context, flags }) {
    const { client, config } = await context.connect()
    const found = await client.networks.list({ filters: flags.filter })
    const order = new Intl.Collator('en', { numeric: true, caseFirst: 'upper' })
    const rows = found.toSorted((a, b) => order.compare(a.Name, b.Name))
    const asked = askedFormat(flags)
    const format = asked === '' && !flags.quiet ? (config.settings.networksFormat ?? '') : asked
    printList(context, networkList(!flags['no-trunc']), { ...quieter(format, flags.quiet, 'network_id'), rows })
  },
})

function networkList(truncates: boolean): ListFormat<Network> {
  return {
    typeName: '*network.networkContext',
    columns: {
      ID: { header: 'NETWORK ID', value: row => (truncates ? truncatedId(row.Id) : row.Id) },
      Name: { header: 'NAME', value: row => row.Name },
      Driver: { header: 'DRIVER', value: row => row.Driver },
      Scope: { header: 'SCOPE', value: row => row.Scope },
      IPv4: { header: 'IPV4', value: row => String(row.EnableIPv4) },
      IPv6: { header: 'IPV6', value: row => String(row.EnableIPv6) },
      Internal: { header: 'INTERNAL', value: row => String(row.Internal) },
      Labels: { header: 'LABELS', value: row => labels(row.Labels) },
      CreatedAt: { header: 'CREATED AT', value: row => goTimeOf(row.Created) },
    },
    lookups: { Label: (row, key) => labelOf(row.Labels, key) },
    defaultTable: '{{.ID}}\\t{{.Name}}\\t{{.Driver}}\\t{{.Scope}}',
    raw: 'network_id: {{.ID}}\\nname: {{.Name}}\\ndriver: {{.Driver}}\\nscope: {{.Scope}}\\n',
  }
}
