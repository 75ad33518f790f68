import type { IngestInfo } from '#content'
import { blobRef, isBlobRef } from '#registry'
import type { SnapshotInfo } from '#snapshot'
import type { ImageDeps } from '../deps.ts'
import type { Operation } from '../hold.ts'
import type { Collected } from '../image.ts'
import { UNPACK_PREFIX } from '../unpack/apply-file.ts'
import { Collector } from './collector.ts'

/** Milliseconds for which a part of a blob waits for another attempt to fetch the rest. */
export const PARTIAL_AGE_MAX = 24 * 3600 * 1000

export async function collectImages(deps: ImageDeps, keep: Iterable<string>): Promise<Collected> {
  const collector = new Collector(deps, keep)
  await collector.snapshots(deps.snapshots.list().filter(info => mayGo(deps, info)))
  for await (const { digest, size } of deps.content.list()) await collector.blob(digest, size)
  for (const ingest of await deps.content.ingests()) {
    if (!ingest.active && !mayGoOn(ingest)) await collector.ingest(ingest.key, ingest.size)
  }
  await deps.snapshots.collect()
  await deps.meta.durable()
  return collector.collected
}

/** Takes back what an operation, which holds it no longer, has made or met and nobody needs. */
export async function takeBack(deps: ImageDeps, { blobs, snapshots }: Operation): Promise<void> {
  const collector = new Collector(deps, [])
  const met = new Set(snapshots)
  await collector.snapshots(deps.snapshots.list().filter(info => met.has(info.key) && mayGo(deps, info)))
  for (const digest of blobs) {
    const info = await deps.content.info(digest).catch(() => undefined)
    if (info !== undefined) await collector.blob(digest, info.size)
  }
  const refs = new Set(blobs.map(digest => blobRef(digest)))
  for (const { key, ref, size, active } of await deps.content.ingests()) {
    if (!active && ref !== undefined && refs.has(ref)) await collector.ingest(key, size)
  }
}

/**
 * What is not committed may be somebody's work in progress of which nothing is known here (a container that is being
 * made): it goes only where an earlier process began it, or where it is our own.
 */
export function mayGo({ inherited }: ImageDeps, { key, kind }: SnapshotInfo): boolean {
  return kind === 'committed' || key.startsWith(UNPACK_PREFIX) || inherited.has(key)
}

function mayGoOn({ ref, age }: IngestInfo): boolean {
  return isBlobRef(ref) && age < PARTIAL_AGE_MAX
}
