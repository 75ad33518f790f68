import { filters, list, object, type Read, string } from '../schema.ts'

export const EventsQuery = object('EventsQuery', {
  /** Unix seconds with a fraction, RFC 3339, or a Go duration back from now; as the next. */
  since: string(),
  until: string(),
  filters: filters(),
})
export type EventsQuery = Read<typeof EventsQuery>

export const DiskUsageQuery = object('DiskUsageQuery', {
  /** Since API 1.42: container, image, volume, build-cache; none for all. */
  type: list(string()),
})
export type DiskUsageQuery = Read<typeof DiskUsageQuery>
