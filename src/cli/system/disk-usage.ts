import type { DiskUsageResponse } from '#api'
import { formatSize } from '#lib/units'
import type { ListFormat } from '#template'

/** One kind of thing that takes room. */
export interface UsageRow {
  readonly type: string
  readonly total: number
  readonly active: number
  readonly bytes: number
  readonly reclaimable: number
}

/** The rows of `docker system df`; an engine that counts the rest as well has one more. */
export function usageRows({
  LayersSize,
  Images,
  Containers,
  Volumes,
  BuildCache,
  Other,
}: DiskUsageResponse): UsageRow[] {
  const images = Images ?? []
  const used = images.filter(image => image.Containers > 0)
  const held = used.reduce((sum, image) => sum + Math.max(0, image.Size - Math.max(0, image.SharedSize)), 0)
  const containers = Containers ?? []
  const running = containers.filter(({ State }) => ['running', 'paused', 'restarting'].includes(State))
  const size = (items: readonly { readonly SizeRw?: number }[]) =>
    items.reduce((sum, { SizeRw = 0 }) => sum + SizeRw, 0)
  const volumes = Volumes ?? []
  const inUse = volumes.filter(({ UsageData }) => (UsageData?.RefCount ?? 0) > 0)
  const volumeBytes = (items: typeof volumes) =>
    items.reduce((sum, { UsageData }) => sum + Math.max(0, UsageData?.Size ?? 0), 0)
  const cache = BuildCache ?? []
  const cacheBytes = (items: typeof cache) =>
    items.filter(({ Shared }) => !Shared).reduce((sum, { Size }) => sum + Size, 0)
  const idle = cache.filter(({ InUse }) => !InUse)
  const rows = [
    { type: 'Images', total: images.length, active: used.length, bytes: LayersSize, reclaimable: LayersSize - held },
    {
      type: 'Containers',
      total: containers.length,
      active: running.length,
      bytes: size(containers),
      reclaimable: size(containers) - size(running),
    },
    {
      type: 'Local Volumes',
      total: volumes.length,
      active: inUse.length,
      bytes: volumeBytes(volumes),
      reclaimable: volumeBytes(volumes) - volumeBytes(inUse),
    },
    {
      type: 'Build Cache',
      total: cache.length,
      active: cache.length - idle.length,
      bytes: cacheBytes(cache),
      reclaimable: cacheBytes(idle),
    },
  ]
  if (Other === undefined) return rows
  const bytes = Other.reduce((sum, { Size }) => sum + Size, 0)
  return [...rows, { type: 'Other', total: Other.length, active: Other.length, bytes, reclaimable: 0 }]
}

export const USAGE_LIST: ListFormat<UsageRow> = {
  typeName: '*formatter.diskUsageContext',
  columns: {
    Type: { header: 'TYPE', value: row => row.type },
    TotalCount: { header: 'TOTAL', value: row => String(row.total) },
    Active: { header: 'ACTIVE', value: row => String(row.active) },
    Size: { header: 'SIZE', value: row => formatSize(row.bytes) },
    Reclaimable: { header: 'RECLAIMABLE', value: row => reclaimable(row) },
  },
  defaultTable: '{{.Type}}\\t{{.TotalCount}}\\t{{.Active}}\\t{{.Size}}\\t{{.Reclaimable}}',
}

function reclaimable({ type, bytes, reclaimable: free }: UsageRow): string {
  const hasShare = bytes > 0 && type !== 'Build Cache' && type !== 'Other'
  return `${formatSize(free)}${hasShare ? ` (${Math.trunc((free * 100) / bytes)}%)` : ''}`
}
