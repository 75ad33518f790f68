import { DataCorrupt, InvalidArgument } from '#lib/errors'
import { Semaphore } from '#lib/lock'
import { quoted } from '#lib/printable'
import { checkLayers, type Digest, type ImageConfig, layerType, type Manifest } from '#oci'
import type { ImageDeps } from '../deps.ts'
import type { Operation } from '../hold.ts'
import { metered, type OnProgress } from '../progress.ts'
import { type LayerPlace, layerPlaces, unpackedSize, unpackLayer } from '../unpack/unpack.ts'
import { LayerDownload } from './download.ts'
import type { PullSource } from './source.ts'

/** Layers that one pull fetches at the same time, as Docker's max-concurrent-downloads. */
const DOWNLOADS_MAX = 3

export interface PulledLayers {
  readonly config: ImageConfig
  /** Bytes of file content, lowest layer first. */
  readonly sizes: readonly number[]
}

/**
 * Brings the layers of a manifest here: fetched and unpacked side by side, and put one on top of the other. What no
 * image on this host has is fetched without waiting for the configuration; then what is unpacked already is not. When this returns or throws, nothing of it runs any more.
 */
export async function pullLayers(
  deps: ImageDeps,
  operation: Operation,
  source: PullSource,
  manifest: Manifest,
  show: OnProgress,
): Promise<PulledLayers> {
  for (const { mediaType } of manifest.layers) checkLayerType(mediaType)
  const slots = new Semaphore(deps.limits?.downloads ?? DOWNLOADS_MAX)
  const byDigest = new Map<Digest, LayerDownload>()
  const downloads = manifest.layers.map(layer => {
    const download = byDigest.get(layer.digest) ?? new LayerDownload(deps, operation, source, slots, layer, show)
    byDigest.set(layer.digest, download)
    return download
  })
  try {
    const known = new Set(deps.records.list().flatMap(({ blobs }) => blobs))
    for (const [digest, download] of byDigest) if (!known.has(digest)) void download.run()
    const config = await source.config(manifest)
    checkLayers(manifest, config)
    return { config, sizes: await unpackAll(deps, operation, source, downloads, layerPlaces(config.diffIds)) }
  } finally {
    await Promise.all([...byDigest.values()].map(download => download.stop()))
  }
}

async function unpackAll(
  deps: ImageDeps,
  operation: Operation,
  source: PullSource,
  downloads: readonly LayerDownload[],
  places: readonly LayerPlace[],
): Promise<number[]> {
  const sizes = await countUnpacked(deps, operation, downloads, places)
  const missing = downloads.slice(sizes.length)
  for (const download of new Set(missing)) download.line.open('Pulling fs layer')
  for (const download of new Set(downloads)) if (!missing.includes(download)) await download.stop()
  const ended = new AbortController()
  const signal = AbortSignal.any([source.signal, ended.signal])
  const unpacking: Promise<number>[] = []
  for (const [at, download] of missing.entries()) {
    const place = places[sizes.length + at]
    if (place === undefined) continue
    const below = unpacking.at(-1) ?? Promise.resolve()
    below.catch(() => {}) // Met by whoever waits for all of them.
    unpacking.push(download.run().then(() => unpackDownload(deps, operation, download, place, signal, below)))
  }
  try {
    // Whatever fails first ends all of it: no layer is of use without the others.
    return [...sizes, ...(await Promise.all(unpacking))]
  } finally {
    ended.abort()
    await Promise.all(missing.map(download => download.stop()))
    await Promise.allSettled(unpacking)
  }
}

/** The sizes of the lowest layers that are unpacked already; says so of each. */
async function countUnpacked(
  deps: ImageDeps,
  operation: Operation,
  downloads: readonly LayerDownload[],
  places: readonly LayerPlace[],
): Promise<number[]> {
  for (const { chainId } of places) await operation.holdSnapshot(chainId)
  const sizes: number[] = []
  for (const [at, { chainId }] of places.entries()) {
    const size = await unpackedSize(deps, chainId)
    if (size === undefined) break
    downloads[at]?.line.close('Already exists')
    sizes.push(size)
  }
  return sizes
}

async function unpackDownload(
  deps: ImageDeps,
  operation: Operation,
  download: LayerDownload,
  place: LayerPlace,
  signal: AbortSignal,
  below: Promise<unknown>,
): Promise<number> {
  const { line, descriptor } = download
  const { digest, size } = descriptor
  const tell = metered(size, bytes => line.say('Extracting', bytes, size))
  const file = { path: deps.content.path(digest), size }
  const bytes = await unpackLayer(deps, operation, place, file, tell, signal, below).catch(async (error: unknown) => {
    throw (await hasRotted(deps, digest, signal)) ? rotten(digest, error) : error
  })
  tell(size)
  line.say('Pull complete')
  return bytes
}

/** True where the disk has changed a blob since it came here; it is thrown away then. */
async function hasRotted({ content }: ImageDeps, digest: Digest, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted || (await content.verify(digest))) return false
  return await content.delete(digest)
}

function rotten(digest: Digest, cause: unknown): DataCorrupt {
  return new DataCorrupt(`layer ${digest} is not any more what was stored`, {
    fix: 'the disk has changed it, and it was thrown away: pull again',
    cause,
  })
}

function checkLayerType(mediaType: string): void {
  if (layerType(mediaType) !== undefined) return
  throw new InvalidArgument(`unsupported media type ${quoted(mediaType)}`, {
    fix: 'this is no image of a container: it needs the tool that it was made for',
  })
}
