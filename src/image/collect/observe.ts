import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { type ContentStore, openContentStore } from '#content'
import type { Meta } from '#meta'
import type { SnapshotInfo } from '#snapshot'
import { ConfigCache } from '../record/config-cache.ts'
import { parseLayerBlob } from '../record/layer-blobs.ts'
import { parseImageRecord } from '../record/shape.ts'
import { readableChainIds } from '../record/views.ts'
import { PARTIAL_AGE_MAX } from './collect.ts'
import { findNeeds } from './needs.ts'

export interface ObserveImagesOptions {
  /** Of the data root, perhaps open for reading only. */
  readonly meta: Pick<Meta, 'collection'>
  /** Folder of the content store. */
  readonly folder: string
  readonly snapshots: readonly SnapshotInfo[]
  /** Snapshots of containers. */
  readonly keep: Iterable<string>
}

/** What no image and no container needs. */
export interface Unneeded {
  readonly blobs: readonly string[]
  readonly snapshots: readonly string[]
  /** Keys. */
  readonly ingests: readonly string[]
}

/**
 * What is left of operations that came to nothing, and has waited for another attempt for longer than it is worth.
 * Younger things may be those of a pull under way in another process, which leaves no other trace. Changes nothing.
 */
export async function observeImages(options: ObserveImagesOptions): Promise<Unneeded> {
  const { meta, folder, snapshots, keep } = options
  if (!existsSync(folder)) return { blobs: [], snapshots: [], ingests: [] }
  const content = await openContentStore(folder)
  const configs = new ConfigCache(content)
  const images = meta.collection('image', parseImageRecord)
  const layers = meta.collection('layer', parseLayerBlob)
  const needs = findNeeds(
    {
      records: { entries: () => images.entries() },
      views: { chainIds: id => readableChainIds(configs, id) },
      snapshots: { list: () => [...snapshots] },
      layerBlobs: { get: chainId => layers.get(chainId)?.blob },
    },
    keep,
  )
  const isOld = (millis: number) => Date.now() - millis > PARTIAL_AGE_MAX
  return {
    blobs: await oldBlobs(content, digest => !needs.blobs.has(digest), isOld),
    snapshots: snapshots.flatMap(({ key, kind, created }) =>
      kind === 'committed' && !needs.snapshots.has(key) && isOld(Date.parse(created)) ? [key] : [],
    ),
    ingests: (await content.ingests()).filter(({ age }) => age > PARTIAL_AGE_MAX).map(({ key }) => key),
  }
}

async function oldBlobs(
  content: ContentStore,
  isUnneeded: (digest: Parameters<ContentStore['path']>[0]) => boolean,
  isOld: (millis: number) => boolean,
): Promise<string[]> {
  const found: string[] = []
  for await (const { digest } of content.list()) {
    if (!isUnneeded(digest)) continue
    const file = await stat(content.path(digest)).catch(() => undefined)
    if (file !== undefined && isOld(file.mtimeMs)) found.push(digest)
  }
  return found
}
