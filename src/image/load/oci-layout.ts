import { GantryError, InvalidArgument } from '#lib/errors'
import { JsonValue } from '#lib/json-value'
import { quoted } from '#lib/printable'
import {
  algorithmOf,
  type Descriptor,
  type Digest,
  DOCUMENT_BYTES_MAX,
  hexOf,
  type ImageDocument,
  INDEX_DEPTH_MAX,
  isGenericType,
  isImageConfigType,
  isIndexType,
  isManifestType,
  type Manifest,
  matchingManifests,
  type Platform,
  parseImageDocument,
  parseIndex,
  parseReference,
  platformMatches,
  type Reference,
  withDefaultTag,
} from '#oci'
import type { Archive } from './archive.ts'
import { type ArchivedImage, checkLayerCount, type OciOrigin, readConfig } from './archived-image.ts'

const LAYOUT = 'oci-layout'
const INDEX = 'index.json'
const LAYOUT_BYTES_MAX = 4096
const LAYOUT_VERSION = '1.0.0'

/** Manifests and indexes that are read: indexes that name each other a thousand times lead nowhere (SAFETY S75). */
const DOCUMENTS_MAX = 4096

/** Names of images in the annotations of an index, the one that says more first. */
const NAME_ANNOTATIONS = ['io.containerd.image.name', 'org.opencontainers.image.ref.name']

/** Which platform to take out of an index that has several. */
export interface PlatformChoice {
  readonly wanted: Platform
  /** Nothing else will do. */
  readonly isDemanded: boolean
}

/** The images of an OCI layout (OCI image-spec, image-layout); undefined where it is none. */
export async function readOciLayout(archive: Archive, choice: PlatformChoice): Promise<ArchivedImage[] | undefined> {
  if (!archive.has(LAYOUT) || !archive.has(INDEX)) return undefined
  const layout = JsonValue.parse(await archive.read(LAYOUT, LAYOUT_BYTES_MAX), LAYOUT, LAYOUT_BYTES_MAX)
  const version = layout.member('imageLayoutVersion').string()
  if (version !== LAYOUT_VERSION) layout.fail(`version ${quoted(version)}, only ${LAYOUT_VERSION} is known`)
  const bytes = await archive.read(INDEX, DOCUMENT_BYTES_MAX)
  const index = parseIndex(bytes, { mediaType: '' })
  const reader = new LayoutReader(archive, choice)
  const images: ArchivedImage[] = []
  for (const { name, candidates } of groups(index.manifests)) {
    const image = await reader.firstOf(candidates, 1)
    if (image !== undefined) images.push({ ...image, names: readName(name) })
  }
  return images
}

interface Group {
  readonly name: string | undefined
  readonly candidates: Descriptor[]
}

/** The entries of the top index, one group for each image: what names a platform is one of several with its name. */
function groups(entries: readonly Descriptor[]): Group[] {
  const found = new Map<string, Group>()
  for (const [at, entry] of entries.entries()) {
    const name = NAME_ANNOTATIONS.map(key => entry.annotations[key]).find(text => text !== undefined && text !== '')
    const key = entry.platform === undefined ? `entry ${at}` : `name ${name ?? ''}`
    const group = found.get(key) ?? { name, candidates: [] }
    group.candidates.push(entry)
    found.set(key, group)
  }
  return [...found.values()]
}

/** As Docker, where what an annotation says is no name the image has none. */
function readName(text: string | undefined): Reference[] {
  if (text === undefined) return []
  try {
    const reference = withDefaultTag(parseReference(text))
    return reference.digest === undefined ? [reference] : []
  } catch (error) {
    if (error instanceof GantryError) return []
    throw error
  }
}

class LayoutReader {
  readonly #archive: Archive
  readonly #choice: PlatformChoice
  #documents = 0

  constructor(archive: Archive, choice: PlatformChoice) {
    this.#archive = archive
    this.#choice = choice
  }

  /** The best of the candidates that is in the archive; undefined where there is none. */
  async firstOf(candidates: readonly Descriptor[], depth: number): Promise<ArchivedImage | undefined> {
    if (depth > INDEX_DEPTH_MAX) {
      throw new InvalidArgument(`invalid archive: indexes nested deeper than ${INDEX_DEPTH_MAX}`)
    }
    for (const candidate of inOrder(candidates, this.#choice)) {
      const path = blobPath(candidate.digest)
      // Archives of one platform keep an index of all.
      if (!this.#archive.has(path)) continue
      const document = await this.#read(candidate)
      const image =
        document.kind === 'index'
          ? await this.firstOf(document.manifests, depth + 1)
          : await this.#image(candidate, document)
      if (image?.oci !== undefined) return { ...image, oci: withDocument(image.oci, path) }
    }
    return undefined
  }

  /** Undefined for what is no image (signatures, charts), or none for the platform that is demanded. */
  async #image({ digest }: Descriptor, manifest: Manifest): Promise<ArchivedImage | undefined> {
    const { mediaType } = manifest.config
    if (!isImageConfigType(mediaType) && !isGenericType(mediaType)) return undefined
    const config = await readConfig(this.#archive, blobPath(manifest.config.digest))
    const { wanted, isDemanded } = this.#choice
    if (isDemanded && !platformMatches(config.platform, wanted)) return undefined
    const layers = manifest.layers.map(layer => layer.digest)
    checkLayerCount(layers, config)
    return { config, layers: layers.map(blobPath), names: [], oci: { manifest: digest, documents: [], layers } }
  }

  async #read({ digest, mediaType, size }: Descriptor): Promise<ImageDocument> {
    if (++this.#documents > DOCUMENTS_MAX) {
      throw new InvalidArgument(`invalid archive: it leads through more than ${DOCUMENTS_MAX} manifests`)
    }
    const bytes = await this.#archive.read(blobPath(digest), DOCUMENT_BYTES_MAX)
    if (bytes.length !== size) {
      throw new InvalidArgument(`invalid archive: ${digest} has ${bytes.length} bytes instead of ${size}`)
    }
    return parseImageDocument(bytes, { mediaType })
  }
}

function withDocument(oci: OciOrigin, path: string): OciOrigin {
  return { ...oci, documents: [path, ...oci.documents] }
}

/** What runs on the wanted platform first; others only where nobody demanded it. */
function inOrder(candidates: readonly Descriptor[], { wanted, isDemanded }: PlatformChoice): readonly Descriptor[] {
  const known = candidates.filter(({ mediaType }) => isManifestType(mediaType) || isIndexType(mediaType))
  const matching = matchingManifests(known, wanted)
  if (isDemanded) return matching
  const others = known.filter(entry => !matching.includes(entry) && entry.platform?.os !== 'unknown')
  return [...matching, ...others]
}

function blobPath(digest: Digest): string {
  return `blobs/${algorithmOf(digest)}/${hexOf(digest)}`
}
