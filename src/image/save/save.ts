import { InvalidArgument, NotFound } from '#lib/errors'
import {
  algorithmOf,
  chainIds,
  type Digest,
  DOCUMENT_BYTES_MAX,
  digestOf,
  familiarString,
  formatReference,
  hexOf,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER,
  OCI_LAYER_GZIP,
  OCI_MANIFEST,
  parseManifest,
} from '#oci'
import type { ImageDeps } from '../deps.ts'
import { Operation } from '../hold.ts'
import type { SaveOptions } from '../image.ts'
import { compressionOf } from '../unpack/apply-file.ts'
import { layerTar } from '../unpack/diff-id.ts'
import { type SavedMember, writeArchive } from './archive.ts'
import { type Selected, selectImages } from './select.ts'

/** Names of one request. */
const NAMES_MAX = 10_000

/** A layer as it goes into the archive. */
interface SavedLayer {
  readonly mediaType: string
  readonly digest: Digest
  readonly size: number
}

/** What one image adds: its entry of `manifest.json` and its manifest. */
interface SavedImage {
  readonly item: object
  readonly manifest: { readonly mediaType: string; readonly digest: Digest; readonly size: number }
  readonly selected: Selected
}

/** See `Images.save`. */
export async function saveImages(
  deps: ImageDeps,
  names: readonly string[],
  { platforms, open, signal }: SaveOptions,
): Promise<void> {
  if (names.length === 0) throw new InvalidArgument('no image was named', { fix: 'name one or more images' })
  if (names.length > NAMES_MAX) throw new InvalidArgument(`more than ${NAMES_MAX} images in one archive`)
  using operation = new Operation(deps.holds)
  const plan = new ArchivePlan(deps, operation, signal)
  for (const selected of selectImages(deps, names, platforms)) await plan.add(selected)
  const members = plan.members()
  await writeArchive(members, open(), signal)
}

/**
 * The archive that is to be written. It is what Docker 25 and later write: an OCI layout in which `manifest.json`,
 * which older readers look for, names the same blobs.
 */
class ArchivePlan {
  readonly #deps: ImageDeps
  readonly #operation: Operation
  readonly #signal: AbortSignal
  readonly #blobs = new Map<Digest, SavedMember>()
  readonly #images: SavedImage[] = []

  constructor(deps: ImageDeps, operation: Operation, signal: AbortSignal) {
    this.#deps = deps
    this.#operation = operation
    this.#signal = signal
  }

  async add(selected: Selected): Promise<void> {
    const { id, config } = selected.image
    await this.#operation.holdBlob(id)
    this.#put(id, config.raw)
    const chain = chainIds(config.diffIds)
    const layers: SavedLayer[] = []
    for (const [at, chainId] of chain.entries()) {
      layers.push(await this.#layer(selected, chainId, config.diffIds[at] ?? chainId))
    }
    const manifest = (await this.#ownManifest(selected, layers)) ?? this.#newManifest(selected, layers)
    const item = {
      Config: blobName(id),
      RepoTags: selected.tags.length === 0 ? null : selected.tags.map(familiarString),
      Layers: layers.map(({ digest }) => blobName(digest)),
    }
    this.#images.push({ item, manifest, selected })
  }

  members(): SavedMember[] {
    const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: this.#images.flatMap(indexEntries) }
    return [
      ...this.#blobs.values(),
      text('index.json', index),
      text(
        'manifest.json',
        this.#images.map(({ item }) => item),
      ),
      text('oci-layout', { imageLayoutVersion: '1.0.0' }),
    ]
  }

  /**
   * A layer as its kept blob. Packed with zstd it goes unpacked: Docker 20.10 and old Podmans read gzip and plain
   * tar alone.
   */
  async #layer({ image }: Selected, chainId: Digest, diffId: Digest): Promise<SavedLayer> {
    const { content, layerBlobs } = this.#deps
    for (const blob of [layerBlobs.get(chainId), diffId]) {
      if (blob === undefined) continue
      await this.#operation.holdBlob(blob)
      if (!(await content.has(blob))) continue
      const path = content.path(blob)
      const compression = await compressionOf(path)
      if (compression === 'zstd') return await this.#inflated(path, diffId)
      const { size } = await content.info(blob)
      this.#blobs.set(blob, { name: blobName(blob), size, digest: blob, content: () => content.read(blob) })
      return { mediaType: compression === 'gzip' ? OCI_LAYER_GZIP : OCI_LAYER, digest: blob, size }
    }
    throw new NotFound(`layer ${diffId} of ${image.id} is not kept as it came`, {
      fix: 'remove the image and pull or load it again',
    })
  }

  /** Its length has to be known before its first byte, so that it is unpacked twice. */
  async #inflated(path: string, diffId: Digest): Promise<SavedLayer> {
    const there = this.#blobs.get(diffId)
    let size = there?.size ?? 0
    if (there === undefined) for await (const chunk of layerTar(path, this.#signal)) size += chunk.length
    const content = () => layerTar(path, this.#signal)
    this.#blobs.set(diffId, { name: blobName(diffId), size, digest: diffId, content })
    return { mediaType: OCI_LAYER, digest: diffId, size }
  }

  /** The manifest that the image came with, where it names what goes into the archive. */
  async #ownManifest({ image }: Selected, layers: readonly SavedLayer[]): Promise<SavedImage['manifest'] | undefined> {
    const { content } = this.#deps
    if (image.manifest === undefined) return undefined
    await this.#operation.holdBlob(image.manifest)
    if (!(await content.has(image.manifest))) return undefined
    const bytes = await content.readAll(image.manifest, DOCUMENT_BYTES_MAX)
    const { mediaType, config, layers: named } = parseManifest(bytes)
    const isSame = named.length === layers.length && named.every(({ digest }, at) => digest === layers[at]?.digest)
    if (!isSame || config.digest !== image.id) return undefined
    this.#put(image.manifest, bytes)
    return { mediaType, digest: image.manifest, size: bytes.length }
  }

  #newManifest({ image }: Selected, layers: readonly SavedLayer[]): SavedImage['manifest'] {
    const config = { mediaType: OCI_CONFIG, digest: image.id, size: image.config.raw.length }
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers }))
    const digest = digestOf(bytes)
    this.#put(digest, bytes)
    return { mediaType: OCI_MANIFEST, digest, size: bytes.length }
  }

  #put(digest: Digest, bytes: Uint8Array): void {
    this.#blobs.set(digest, { name: blobName(digest), size: bytes.length, digest, content: () => pieces(bytes) })
  }
}

/** One entry for each tag, with the annotations by which containerd and Podman know it; one at least. */
function indexEntries({ manifest, selected }: SavedImage): object[] {
  if (selected.tags.length === 0) return [manifest]
  return selected.tags.map(tag => ({
    ...manifest,
    annotations: {
      'io.containerd.image.name': formatReference(tag),
      'org.opencontainers.image.ref.name': tag.tag ?? '',
    },
  }))
}

function blobName(digest: Digest): string {
  return `blobs/${algorithmOf(digest)}/${hexOf(digest)}`
}

function text(name: string, value: object): SavedMember {
  const bytes = Buffer.from(JSON.stringify(value))
  return { name, size: bytes.length, digest: undefined, content: () => pieces(bytes) }
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
