import type { ContainerListItem, DiskUsageResponse } from '#api'
import { formatSize } from '#lib/units'
import type { ListFormat } from '#template'
import { Failure } from '../failure.ts'
import { bool } from '../flags/kinds.ts'
import { containerList } from '../format/containers.ts'
import { askedFormat, LIST_FLAGS } from '../format/flags.ts'
import { type ImageRow, imageList, imageRows } from '../format/images.ts'
import { printList } from '../format/list.ts'
import { command } from '../program/command.ts'
import type { Context } from '../program/context.ts'
import { USAGE_LIST, usageRows } from '../system/disk-usage.ts'

type Other = NonNullable<DiskUsageResponse['Other']>[number]

export const systemDf = command({
  usage: '[OPTIONS]',
  arity: { min: 0, max: 0 },
  flags: {
    ...LIST_FLAGS,
    verbose: bool('Show detailed information on space usage, and why each thing is kept', { short: 'v' }),
  },
  examples: ['system df', 'system df -v'],
  async run({ context, flags }) {
    const format = askedFormat(flags)
    if (flags.verbose && format !== '') throw new Failure('the verbose flag conflicts with the format flag')
    const { client } = await context.connect()
    const usage = await client.system.diskUsage()
    if (flags.verbose) printVerbose(context, usage)
    else printList(context, USAGE_LIST, { format, rows: usageRows(usage) })
  },
})

function printVerbose(context: Context, usage: DiskUsageResponse): void {
  const { out } = context.streams
  const why = (id: string) => usage.Why?.[id] ?? ''
  const last = usage.Why === undefined ? '' : '\\t{{.Why}}'
  out.write('Images space usage:\n\n')
  printList(context, imageUsage(why, last), {
    format: '',
    rows: imageRows(usage.Images ?? [], { needsDigests: false, showsDigests: false }),
  })
  out.write('\nContainers space usage:\n\n')
  printList(context, containerUsage(why, last), { format: '', rows: usage.Containers ?? [] })
  if (usage.Other === undefined) return
  out.write('\nOther space usage:\n\n')
  printList(context, OTHER_LIST, { format: '', rows: usage.Other })
  if (usage.Total !== undefined) out.write(`\nTotal: ${formatSize(usage.Total)}\n`)
}

function imageUsage(why: (id: string) => string, last: string): ListFormat<ImageRow> {
  const list = imageList(true, false)
  return {
    ...list,
    columns: { ...list.columns, Why: { header: 'WHY IT IS KEPT', value: ({ image }) => why(image.Id) } },
    defaultTable: `{{.Repository}}\\t{{.Tag}}\\t{{.ID}}\\t{{.CreatedSince}}\\t{{.VirtualSize}}\\t{{.SharedSize}}\\t{{.UniqueSize}}\\t{{.Containers}}${last}`,
  }
}

function containerUsage(why: (id: string) => string, last: string): ListFormat<ContainerListItem> {
  const list = containerList({ truncates: true, withSize: true, asJson: false })
  return {
    ...list,
    columns: {
      ...list.columns,
      Size: { header: 'SIZE', value: ({ SizeRw = 0 }) => formatSize(SizeRw, 3) },
      Why: { header: 'WHY IT IS KEPT', value: row => why(row.Id) },
    },
    defaultTable: `{{.ID}}\\t{{.Image}}\\t{{.Command}}\\t{{.LocalVolumes}}\\t{{.Size}}\\t{{.RunningFor}}\\t{{.Status}}\\t{{.Names}}${last}`,
  }
}

const OTHER_LIST: ListFormat<Other> = {
  typeName: '*formatter.otherUsageContext',
  columns: {
    Name: { header: 'WHAT', value: row => row.Name },
    Size: { header: 'SIZE', value: row => formatSize(row.Size, 3) },
    Why: { header: 'WHY IT IS KEPT', value: row => row.Why },
  },
  defaultTable: '{{.Name}}\\t{{.Size}}\\t{{.Why}}',
}
