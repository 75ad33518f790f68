import type { ApiVersion, ContainerListItem, DiskUsageResponse } from '#api'
import { atLeast } from '#api'
import type { ContainerRecord, DiskUsage } from '#engine'
import { InvalidArgument } from '#lib/errors'
import { summariseImage } from './image.ts'

const TYPES = ['container', 'image', 'volume', 'build-cache']

/** What of a `df` was asked for; nothing named is all. @throws InvalidArgument in Docker's words */
export function diskUsageTypes(types: readonly string[]): ReadonlySet<string> {
  const unknown = types.find(type => !TYPES.includes(type))
  if (unknown !== undefined) throw new InvalidArgument(`unknown object type: ${unknown}`)
  return new Set(types.length === 0 ? TYPES : types)
}

/** The answer of `GET /system/df`. Sizes are those of the disk, so that they add up to what `du` says. */
export function diskUsageResponse(
  usage: DiskUsage,
  types: ReadonlySet<string>,
  version: ApiVersion,
  item: (record: ContainerRecord, size: { readonly own: number; readonly root: number }) => ContainerListItem,
): DiskUsageResponse {
  const images = usage.images.map(({ image, bytes, shared, containers }) => ({
    ...summariseImage(image, containers, shared),
    Size: bytes,
    ...(atLeast(version, '1.44') ? {} : { VirtualSize: bytes }),
  }))
  const sizes = new Map(usage.images.map(({ image, bytes }) => [String(image.id), bytes]))
  const containers = usage.containers.map(({ record, bytes }) =>
    item(record, { own: bytes, root: sizes.get(record.imageId) ?? 0 }),
  )
  const why = [
    ...usage.images.map(({ image, why: reason }) => [image.id, reason] as const),
    ...usage.containers.map(({ record, why: reason }) => [record.id, reason] as const),
  ]
  return {
    LayersSize: types.has('image') ? usage.imagesTotal : 0,
    Images: types.has('image') ? images : null,
    Containers: types.has('container') ? containers : null,
    Volumes: types.has('volume') ? [] : null,
    BuildCache: types.has('build-cache') ? [] : null,
    ...(atLeast(version, '1.42') ? {} : { BuilderSize: 0 }),
    Other: usage.other.map(({ name, bytes, why: reason }) => ({ Name: name, Size: bytes, Why: reason })),
    Total: usage.total,
    Why: Object.fromEntries(why),
  }
}
