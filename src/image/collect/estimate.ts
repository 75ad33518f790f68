import type { Digest } from '#oci'
import type { ImageDeps } from '../deps.ts'
import type { Collected } from '../image.ts'
import { mayGo } from './collect.ts'
import { findNeeds } from './needs.ts'

/** See `Images.reclaimable`. */
export async function estimate(
  deps: ImageDeps,
  without: ReadonlySet<Digest>,
  keep: Iterable<string>,
): Promise<Collected> {
  const left: ReadonlySet<string> = without
  const records = { entries: () => deps.records.entries().filter(({ key }) => !left.has(key)) }
  const needs = findNeeds({ ...deps, records }, keep)
  const gone = deps.snapshots.list().filter(info => !needs.snapshots.has(info.key) && mayGo(deps, info))
  const blobs: Digest[] = []
  let bytes = 0
  for (const { key } of gone) bytes += (await deps.snapshots.usage(key).catch(() => ({ bytes: 0 }))).bytes
  for await (const { digest, size } of deps.content.list()) {
    if (needs.blobs.has(digest)) continue
    blobs.push(digest)
    bytes += size
  }
  return { blobs, snapshots: gone.map(({ key }) => key), bytes }
}
