import type { Digest } from '#oci'
import type { ImageDeps } from './deps.ts'
import type { Operation } from './hold.ts'
import type { ImageContent } from './record/records.ts'

/**
 * What is recorded of an image that is whole here: nothing has to be fetched or unpacked for it, and nothing of it goes
 * as long as the operation lasts. Undefined where it is not here, or damaged.
 */
export async function contentHere(
  deps: ImageDeps,
  operation: Operation,
  id: Digest,
): Promise<ImageContent | undefined> {
  await operation.holdBlob(id)
  for (const blob of deps.records.get(id)?.blobs ?? []) await operation.holdBlob(blob)
  for (const chainId of deps.views.chainIds(id)) await operation.holdSnapshot(chainId)
  const record = deps.records.get(id)
  if (record === undefined || deps.views.get(id) === undefined) return undefined
  return { id, manifest: record.manifest, blobs: record.blobs, layerSizes: record.layerSizes }
}
