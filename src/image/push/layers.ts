import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { DataCorrupt, NotFound } from '#lib/errors'
import { randomId } from '#lib/ids'
import {
  createDigester,
  type Descriptor,
  type Digest,
  DOCKER_LAYER_GZIP,
  DOCKER_LAYER_ZSTD,
  descriptor,
  type Manifest,
} from '#oci'
import { decompress, detectCompression, MAGIC_BYTES } from '#snapshot'
import type { ImageDeps } from '../deps.ts'
import type { Operation } from '../hold.ts'
import type { Image } from '../image.ts'
import { manifestHere } from './manifest-here.ts'

const READ_BYTES = 1024 * 1024

/**
 * A layer of an image as a blob that can be sent, packed. What came packed goes as it came; a plain tar is packed now,
 * and kept like that in its place.
 * @throws NotFound where no blob of it is here
 */
export async function layerBlob(
  deps: ImageDeps,
  operation: Operation,
  image: Image,
  { diffId, chainId }: { readonly diffId: Digest; readonly chainId: Digest },
  signal: AbortSignal,
): Promise<Descriptor> {
  const known = deps.layerBlobs.get(chainId)
  if (known !== undefined && known !== diffId) {
    await operation.holdBlob(known)
    if (await deps.content.has(known)) return await packedBlob(deps, known)
  }
  await operation.holdBlob(diffId)
  for (const candidate of await candidates(deps, operation, image, diffId)) {
    await operation.holdBlob(candidate)
    if (!(await deps.content.has(candidate))) continue
    const compression = await compressionOf(deps, candidate)
    if (compression === 'none') {
      if (candidate === diffId) return await pack(deps, operation, candidate, signal)
    } else if ((await diffIdOf(deps, candidate, signal)) === diffId) return await packedBlob(deps, candidate)
  }
  throw new NotFound(`layer ${diffId} of image ${image.id} is not here as it was sent, and cannot be pushed`, {
    fix: 'pull or load the image that it came with once more',
  })
}

async function packedBlob(deps: ImageDeps, digest: Digest): Promise<Descriptor> {
  const { size } = await deps.content.info(digest)
  const isZstd = (await compressionOf(deps, digest)) === 'zstd'
  return descriptor(isZstd ? DOCKER_LAYER_ZSTD : DOCKER_LAYER_GZIP, digest, size)
}

/** Blobs that may hold the layer: what other manifests call it first, then the tar itself, then what else is known. */
async function candidates(
  deps: ImageDeps,
  operation: Operation,
  image: Image,
  diffId: Digest,
): Promise<readonly Digest[]> {
  const named: Digest[] = []
  for (const other of deps.views.list()) {
    const at = other.config.diffIds.indexOf(diffId)
    if (at < 0 || other.manifest === undefined) continue
    const manifest: Manifest | undefined = (await manifestHere(deps, operation, other.manifest))?.document
    const layer = manifest?.layers[at]
    if (layer !== undefined) named.push(layer.digest)
  }
  const own = deps.records.get(image.id)?.blobs.filter(digest => digest !== image.id) ?? []
  return [...new Set([...named, diffId, ...own])]
}

async function compressionOf(deps: ImageDeps, digest: Digest): Promise<ReturnType<typeof detectCompression>> {
  const head: Buffer[] = []
  for await (const chunk of deps.content.read(digest, { length: MAGIC_BYTES })) head.push(chunk)
  return detectCompression(Buffer.concat(head))
}

/** What a packed blob unpacks to: another image's word for it is not enough (SAFETY S63). */
async function diffIdOf(deps: ImageDeps, digest: Digest, signal: AbortSignal): Promise<Digest> {
  const file = createReadStream(deps.content.path(digest), { highWaterMark: READ_BYTES, signal })
  const digester = createDigester()
  try {
    for await (const chunk of decompress(file, await compressionOf(deps, digest))) digester.update(chunk)
    return digester.digest()
  } catch (error) {
    if (signal.aborted) throw error
    throw new DataCorrupt(`layer ${digest} does not decompress`, { cause: error })
  } finally {
    file.destroy()
  }
}

/** Packs with gzip, as every other engine reads it; the same tar gives the same bytes each time. */
async function pack(deps: ImageDeps, operation: Operation, diffId: Digest, signal: AbortSignal): Promise<Descriptor> {
  const file = createReadStream(deps.content.path(diffId), { highWaterMark: READ_BYTES, signal })
  await using writer = await deps.content.ingest(`push ${randomId()}`, { signal })
  if (writer === undefined) throw new Error('an ingest that nobody expects is never there')
  const packer = createGzip({ chunkSize: READ_BYTES })
  const packing = pipeline(file, packer, async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of Readable.from(chunks)) await writer.write(Buffer.from(chunk))
  })
  try {
    await packing
    const { digest, size } = await writer.commit(found => operation.holdBlob(found))
    return descriptor(DOCKER_LAYER_GZIP, digest, size)
  } catch (error) {
    await writer.abort()
    throw error
  }
}
