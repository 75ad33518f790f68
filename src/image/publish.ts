import { GantryError, NotFound } from '#lib/errors'
import { chainIds, type Digest, DOCUMENT_BYTES_MAX, parseManifest } from '#oci'
import type { ImageDeps } from './deps.ts'
import { Operation } from './hold.ts'
import type { Image } from './image.ts'
import type { Publication } from './record/records.ts'

/**
 * Makes images known whose blobs and snapshots are there: files first, then records, and nobody is told before both
 * are on the disk. @throws NoSpace
 */
export async function publishImages(deps: ImageDeps, images: readonly Publication[]): Promise<Image[]> {
  await deps.snapshots.sync()
  using operation = new Operation(deps.holds)
  const layers = new Map<Digest, Digest>()
  for (const image of images) for (const [at, blob] of await layerBlobs(deps, operation, image)) layers.set(at, blob)
  deps.records.publish(images, () => {
    for (const [chainId, blob] of layers) deps.layerBlobs.put(chainId, blob)
  })
  await deps.meta.durable()
  return images.map(({ id }) => {
    const image = deps.views.get(id)
    if (image === undefined) throw new NotFound(`No such image: ${id}`, { fix: 'it was removed at the same moment' })
    return image
  })
}

/**
 * Where each layer of an image can be had from, by chain id. What is known of a layer that was there before counts
 * before what a manifest says: only what was unpacked is known to be the layer.
 */
async function layerBlobs(
  deps: ImageDeps,
  operation: Operation,
  { id, manifest, unpacked }: Publication,
): Promise<ReadonlyMap<Digest, Digest>> {
  const found = new Map<Digest, Digest>()
  const diffIds = deps.views.diffIds(id)
  const named = await manifestLayers(deps, manifest)
  for (const [at, chainId] of chainIds(diffIds).entries()) {
    const candidates = [unpacked?.get(chainId), deps.layerBlobs.get(chainId), named[at], diffIds[at]]
    for (const blob of candidates) {
      if (blob === undefined) continue
      await operation.holdBlob(blob)
      if (!(await deps.content.has(blob))) continue
      found.set(chainId, blob)
      break
    }
  }
  return found
}

/** The layers that a manifest names; none where there is no manifest here, or one that does not parse. */
async function manifestLayers({ content }: ImageDeps, manifest: Digest | undefined): Promise<readonly Digest[]> {
  if (manifest === undefined || !(await content.has(manifest))) return []
  try {
    return parseManifest(await content.readAll(manifest, DOCUMENT_BYTES_MAX)).layers.map(({ digest }) => digest)
  } catch (error) {
    if (error instanceof GantryError) return []
    throw error
  }
}
