import {
  chainIds,
  type Descriptor,
  DOCKER_CONFIG,
  DOCKER_MANIFEST,
  descriptor,
  digestOf,
  layerType,
  type Manifest,
  parseManifest,
} from '#oci'
import type { ImageDeps } from '../deps.ts'
import type { Operation } from '../hold.ts'
import type { Image } from '../image.ts'
import { layerBlob } from './layers.ts'
import { manifestHere, type OwnManifest } from './manifest-here.ts'

/**
 * The manifest to push for an image: the very bytes that it came with, as long as its layers are here or need not be
 * sent; else a new one, of Docker's schema 2, which is kept with the image so that its next push is the same.
 */
export async function manifestToPush(
  deps: ImageDeps,
  operation: Operation,
  image: Image,
  signal: AbortSignal,
): Promise<OwnManifest> {
  const came = image.manifest === undefined ? undefined : await manifestHere(deps, operation, image.manifest)
  if (came !== undefined && (await isWhole(deps, operation, came.document))) return came
  const layers: Descriptor[] = []
  const { diffIds } = image.config
  const chain = chainIds(diffIds)
  for (const [at, diffId] of diffIds.entries()) {
    layers.push(await layerBlob(deps, operation, image, { diffId, chainId: chain[at] ?? diffId }, signal))
  }
  const made = makeManifest(image, layers)
  await operation.holdBlob(made.digest)
  await deps.content.put(made.bytes, { expected: made.digest })
  const plain = new Set(image.config.diffIds)
  const kept = (deps.records.get(image.id)?.blobs ?? []).filter(digest => !plain.has(digest))
  const blobs = new Set([...kept, image.id, made.digest, ...layers.map(({ digest }) => digest)])
  const { id, layerSizes } = image
  deps.records.publish([{ id, layerSizes, manifest: made.digest, blobs: [...blobs], names: [] }], () => {
    for (const [at, { digest }] of layers.entries()) deps.layerBlobs.put(chain[at] ?? digest, digest)
  })
  return made
}

async function isWhole(deps: ImageDeps, operation: Operation, { layers, config }: Manifest): Promise<boolean> {
  for (const { digest, mediaType } of [config, ...layers]) {
    if (layerType(mediaType)?.foreign) continue
    await operation.holdBlob(digest)
    if (!(await deps.content.has(digest))) return false
  }
  return true
}

/** Written out as Docker does, so that the same layers have the same digest with both. */
function makeManifest({ id, config }: Image, layers: readonly Descriptor[]): OwnManifest {
  const own = descriptor(DOCKER_CONFIG, id, config.raw.length)
  const json = {
    schemaVersion: 2,
    mediaType: DOCKER_MANIFEST,
    config: plain(own),
    layers: layers.map(plain),
  }
  const bytes = Buffer.from(JSON.stringify(json, undefined, 3))
  return { digest: digestOf(bytes), bytes, document: parseManifest(bytes) }
}

function plain({ mediaType, size, digest }: Descriptor): object {
  return { mediaType, size, digest }
}
