import type { ContentStore } from '#content'
import type { Image, Images } from '#image'
import {
  type Digest,
  DOCUMENT_BYTES_MAX,
  digestOf,
  isRepositoryPath,
  type Manifest,
  OCI_CONFIG,
  OCI_LAYER,
  OCI_MANIFEST,
  parseManifest,
  parseReference,
} from '#oci'
import {
  type BlobSource,
  type Listing,
  type ManifestReference,
  type ManifestSource,
  type Page,
  Refusal,
  type Registry,
  unknownBlob,
  unknownManifest,
  unknownRepository,
} from '#registry/serve'

/** What is served of an engine. */
export interface ImagesRegistryOptions {
  readonly images: Pick<Images, 'list'>
  readonly content: ContentStore
}

/**
 * The images of an engine as a registry that can only be read, straight from its content store. A repository of Docker
 * Hub keeps its path (`library/busybox`), others begin with their registry, `_` for the colon before its port
 * (`quay.io/team/app`, `localhost_5000/app`). A digest is served in repositories that have an image of it.
 */
export function openImagesRegistry(options: ImagesRegistryOptions): Registry {
  return {
    reader: {
      catalog: async page => pageOf([...new Set(namesOf(options).map(({ repository }) => repository))], page),
      tags: async (repository, page) => listTags(options, repository, page),
      manifest: (repository, reference) => findManifest(options, repository, reference),
      blob: (repository, digest) => findBlob(options, repository, digest),
      referrers: async () => [],
    },
    writer: undefined,
    readOnly: { what: "this registry shows an engine's images", fix: 'pull, load or build on that engine instead' },
  }
}

interface NamedImage {
  readonly repository: string
  readonly tag: string
  readonly image: Image
}

interface ServedManifest {
  readonly digest: Digest
  readonly bytes: Buffer
  readonly manifest: Manifest
}

function namesOf({ images }: ImagesRegistryOptions): NamedImage[] {
  return images.list().flatMap(image => image.tags.flatMap(name => toNamed(name, image)))
}

function toNamed(name: string, image: Image): NamedImage[] {
  const { domain, path, tag } = parseReference(name)
  const repository = domain === 'docker.io' ? path : `${domain.replace(':', '_')}/${path}`
  // A registry in capitals or in brackets has no name here; its images are reached under another tag.
  return tag !== undefined && isRepositoryPath(repository) ? [{ repository, tag, image }] : []
}

function listTags(options: ImagesRegistryOptions, repository: string, page: Page): Listing {
  const tags = namesOf(options).flatMap(named => (named.repository === repository ? [named.tag] : []))
  if (tags.length === 0) throw unknownRepository(repository)
  return pageOf(tags, page)
}

async function findManifest(
  options: ImagesRegistryOptions,
  repository: string,
  reference: ManifestReference,
): Promise<ManifestSource> {
  const isTag = reference.kind === 'tag'
  for (const { tag, image } of imagesOf(options, repository)) {
    if (isTag && tag !== reference.tag) continue
    const served = await serve(options, image)
    if (served === undefined && isTag) throw withoutLayers(repository, tag)
    if (served === undefined || !(isTag || served.digest === reference.digest)) continue
    const { digest, bytes, manifest } = served
    return { digest, mediaType: manifest.mediaType, size: bytes.length, read: async () => bytes }
  }
  throw unknownManifest(repository, isTag ? reference.tag : reference.digest)
}

async function findBlob(options: ImagesRegistryOptions, repository: string, digest: Digest): Promise<BlobSource> {
  const { content } = options
  for (const { image } of imagesOf(options, repository)) {
    const served = await serve(options, image)
    if (served === undefined || !partsOf(served.manifest).includes(digest)) continue
    const { size } = await content.info(digest)
    return { digest, size, read: (offset, length, signal) => content.read(digest, { offset, length, signal }) }
  }
  throw unknownBlob(repository, digest)
}

function imagesOf(options: ImagesRegistryOptions, repository: string): NamedImage[] {
  return namesOf(options).filter(named => named.repository === repository)
}

/** The manifest that the image came with, or one made from its configuration; undefined where its layers are not kept. */
async function serve(options: ImagesRegistryOptions, image: Image): Promise<ServedManifest | undefined> {
  const { content } = options
  const served = (await asItCame(options, image)) ?? (await asItIs(options, image))
  const parts = await Promise.all(partsOf(served.manifest).map(digest => content.has(digest)))
  return parts.every(Boolean) ? served : undefined
}

async function asItCame({ content }: ImagesRegistryOptions, { manifest }: Image): Promise<ServedManifest | undefined> {
  if (manifest === undefined || !(await content.has(manifest))) return undefined
  const bytes = await content.readAll(manifest, DOCUMENT_BYTES_MAX)
  return { digest: manifest, bytes, manifest: parseManifest(bytes) }
}

/** An archive brings layers as plain tars, which are called by their diff ids. */
async function asItIs({ content }: ImagesRegistryOptions, { id, config }: Image): Promise<ServedManifest> {
  const part = async (mediaType: string, digest: Digest) => {
    const size = (await content.has(digest)) ? (await content.info(digest)).size : 0
    return { mediaType, digest, size }
  }
  const document = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: await part(OCI_CONFIG, id),
    layers: await Promise.all(config.diffIds.map(diffId => part(OCI_LAYER, diffId))),
  }
  const bytes = Buffer.from(JSON.stringify(document))
  return { digest: digestOf(bytes), bytes, manifest: parseManifest(bytes) }
}

function partsOf({ config, layers }: Manifest): Digest[] {
  return [config, ...layers].map(({ digest }) => digest)
}

function withoutLayers(repository: string, tag: string): Refusal {
  const name = `${repository}:${tag}`
  return new Refusal(404, 'MANIFEST_UNKNOWN', `manifest unknown: the engine has ${name} unpacked, not its layers`, {
    fix: `save it and load it elsewhere ('gantry save ${name}'), or push it to a registry`,
  })
}

function pageOf(names: readonly string[], { limit, after }: Page): Listing {
  const left = [...names].sort().filter(name => name > after)
  return { names: left.slice(0, limit), more: limit > 0 && left.length > limit }
}
