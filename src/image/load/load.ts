import type { Readable } from 'node:stream'
import { NotFound } from '#lib/errors'
import { type Digest, familiarString, formatPlatform } from '#oci'
import type { ImageDeps } from '../deps.ts'
import { contentHere } from '../here.ts'
import type { Operation } from '../hold.ts'
import type { LoadedImage, LoadOptions } from '../image.ts'
import { perform } from '../operation.ts'
import { metered, type OnProgress, shortDigest } from '../progress.ts'
import { publishImages } from '../publish.ts'
import { nameKey } from '../record/names.ts'
import type { Publication } from '../record/records.ts'
import { diffIdOf } from '../unpack/diff-id.ts'
import { layerPlaces, unpackedSize, unpackLayer } from '../unpack/unpack.ts'
import type { Archive } from './archive.ts'
import type { ArchivedImage } from './archived-image.ts'
import { readCatalogue } from './catalogue.ts'
import { spoolArchive } from './spool.ts'

/**
 * Takes in the images of an archive, all of them or none.
 * @throws InvalidArgument, DataCorrupt, NotFound (no image for the platform), NoSpace, Cancelled
 */
export async function loadImages(deps: ImageDeps, stream: Readable, options: LoadOptions): Promise<LoadedImage[]> {
  // What the archive holds beside its images goes at once, also when all went well.
  return await perform(
    deps,
    () => true,
    operation => load(deps, operation, stream, options),
  )
}

async function load(
  deps: ImageDeps,
  operation: Operation,
  stream: Readable,
  { platform, onProgress, signal }: LoadOptions,
): Promise<LoadedImage[]> {
  const archive = await spoolArchive(deps, operation, stream, signal)
  const choice = { wanted: platform ?? deps.platform, isDemanded: platform !== undefined }
  const found = await readCatalogue(archive, choice)
  if (found.length === 0 && platform !== undefined) {
    throw new NotFound(`the archive has no image for ${formatPlatform(platform)}`)
  }
  const contents: Omit<Publication, 'names'>[] = []
  for (const image of found) {
    const here = await contentHere(deps, operation, image.config.id)
    contents.push(here ?? (await takeIn(deps, operation, archive, image, onProgress, signal)))
  }
  for (const image of found) tellMoved(deps, image, onProgress)
  const images = await publishImages(
    deps,
    contents.map((content, at) => ({ ...content, names: found[at]?.names.map(nameKey) ?? [] })),
  )
  return images.map((image, at) => ({ image, references: found[at]?.names ?? [] }))
}

async function takeIn(
  deps: ImageDeps,
  operation: Operation,
  archive: Archive,
  { config, layers, oci }: ArchivedImage,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<Omit<Publication, 'names'>> {
  const blobs = new Set<Digest>([config.id, ...(oci?.layers ?? [])])
  const layerSizes: number[] = []
  const unpacked = new Map<Digest, Digest>()
  for (const [at, place] of layerPlaces(config.diffIds).entries()) {
    await operation.holdSnapshot(place.chainId)
    let bytes = await unpackedSize(deps, place.chainId)
    if (bytes === undefined) {
      const file = await archive.blob(layers[at] ?? '')
      const id = shortDigest(place.diffId)
      const tell = metered(file.size, current => onProgress({ id, status: 'Loading layer', current, total: file.size }))
      bytes = await unpackLayer(deps, operation, place, file, tell, signal)
      tell(file.size)
      blobs.add(file.digest)
      unpacked.set(place.chainId, file.digest)
    } else if (!(await isKept(deps, operation, place.chainId))) {
      // Unpacked, and its blob gone: the archive's will do, if it is that layer.
      const file = await archive.blob(layers[at] ?? '')
      if ((await diffIdOf(file.path, signal)) === place.diffId) unpacked.set(place.chainId, file.digest)
    }
    layerSizes.push(bytes)
  }
  await deps.content.put(config.raw, { expected: config.id })
  for (const path of oci?.documents ?? []) blobs.add((await archive.blob(path)).digest)
  return { id: config.id, manifest: oci?.manifest, blobs: [...blobs], layerSizes, unpacked }
}

async function isKept(deps: ImageDeps, operation: Operation, chainId: Digest): Promise<boolean> {
  const blob = deps.layerBlobs.get(chainId)
  if (blob === undefined) return false
  await operation.holdBlob(blob)
  return await deps.content.has(blob)
}

/** Docker says which names change hands. */
function tellMoved({ records }: ImageDeps, { config, names }: ArchivedImage, onProgress: OnProgress): void {
  for (const name of names) {
    const before = records.idOf(nameKey(name))
    if (before === undefined || before === config.id) continue
    onProgress({
      status:
        `The image ${familiarString(name)} already exists, ` + `renaming the old one with ID ${before} to empty string`,
    })
  }
}
