import { NotFound } from '#lib/errors'
import {
  type Digest,
  familiarString,
  formatPlatform,
  formatReference,
  nameOnly,
  normalizePlatform,
  type Platform,
  platformMatches,
  type Reference,
  withDigest,
  withTag,
} from '#oci'
import type { RegistrySession } from '#registry'
import type { ImageDeps } from '../deps.ts'
import { contentHere } from '../here.ts'
import type { Operation } from '../hold.ts'
import type { Image, PullOptions } from '../image.ts'
import { mayBeTriedAgain, perform } from '../operation.ts'
import type { OnProgress } from '../progress.ts'
import { publishImages } from '../publish.ts'
import { nameKey } from '../record/names.ts'
import type { ImageContent } from '../record/records.ts'
import { pullLayers } from './layers.ts'
import { credentialsFor, pullReference } from './request.ts'
import { type Selected, selectManifest } from './select.ts'
import { PullSource } from './source.ts'

/**
 * Brings an image here and gives it the name that it was asked for by. What a broken attempt has fetched is used by
 * the next one.
 * @throws NotFound, Unauthorized, Unavailable, InvalidArgument, DataCorrupt, NoSpace, Cancelled, Forbidden
 */
export async function pullImage(deps: ImageDeps, asked: Reference, options: PullOptions): Promise<Image> {
  const reference = pullReference(asked)
  const session = deps.registry.session(credentialsFor(reference, options.credentials))
  const { image, isNew } = await pullWith(deps, session, reference, options)
  tellEnd(reference, isNew, options.onProgress)
  return image
}

/** Brings every tag of a repository here, one after another; the first that fails ends it. */
export async function pullAllTags(deps: ImageDeps, asked: Reference, options: PullOptions): Promise<readonly Image[]> {
  const repository = nameOnly(pullReference(asked))
  const session = deps.registry.session(credentialsFor(repository, options.credentials))
  const images: Image[] = []
  let isNewer = false
  for (const tag of await session.tags(repository, { signal: options.signal })) {
    const { image, isNew } = await pullWith(deps, session, withTag(repository, tag), options)
    images.push(image)
    isNewer ||= isNew
  }
  if (images.length === 0) throw new NotFound(`repository ${familiarString(repository)} has no tags`)
  tellEnd(repository, isNewer, options.onProgress)
  return images
}

function tellEnd(reference: Reference, isNew: boolean, onProgress: OnProgress): void {
  const status = isNew ? 'Downloaded newer image for' : 'Image is up to date for'
  onProgress({ status: `Status: ${status} ${familiarString(reference)}` })
}

interface Pulled {
  readonly image: Image
  /** Whether the name led elsewhere, or nowhere. */
  readonly isNew: boolean
}

async function pullWith(
  deps: ImageDeps,
  session: RegistrySession,
  reference: Reference,
  options: PullOptions,
): Promise<Pulled> {
  const takesBack = (failure: unknown) => failure !== undefined && !mayBeTriedAgain(failure)
  return await perform(deps, takesBack, operation => pull(deps, operation, session, reference, options))
}

async function pull(
  deps: ImageDeps,
  operation: Operation,
  session: RegistrySession,
  reference: Reference,
  { platform, onProgress, signal }: PullOptions,
): Promise<Pulled> {
  const source = new PullSource(deps, operation, session, reference, signal)
  const top = await source.resolve()
  const place = reference.digest === undefined ? reference.tag : formatReference(reference)
  onProgress({ ...(place !== undefined && { id: place }), status: `Pulling from ${reference.path}` })
  const selected = await selectManifest(source, top, platform ?? deps.platform)
  const content =
    (await contentHere(deps, operation, selected.manifest.config.digest)) ??
    (await pullContent(deps, operation, source, selected, onProgress))
  const isUpToDate = deps.records.idOf(nameKey(reference)) === content.id
  const names = [nameKey(reference), nameKey(withDigest(reference, top.digest))]
  const [image] = await publishImages(deps, [{ ...content, names }])
  if (image === undefined) throw new Error('nothing was published')
  if (platform !== undefined && selected.documents.length === 1) warnOfPlatform(reference, image, platform, onProgress)
  onProgress({ status: `Digest: ${top.digest}` })
  return { image, isNew: !isUpToDate }
}

async function pullContent(
  deps: ImageDeps,
  operation: Operation,
  source: PullSource,
  { manifest, digest, documents }: Selected,
  onProgress: OnProgress,
): Promise<ImageContent> {
  const { config, sizes } = await pullLayers(deps, operation, source, manifest, onProgress)
  const layers = manifest.layers.map(layer => layer.digest)
  const blobs = new Set<Digest>([config.id, manifest.config.digest, ...documents, ...layers])
  return { id: config.id, manifest: digest, blobs: [...blobs], layerSizes: sizes }
}

/** An image that is there for one platform only is taken, and the person who asked for another one is told. */
function warnOfPlatform(reference: Reference, { config }: Image, wanted: Platform, onProgress: OnProgress): void {
  const { platform } = config
  const [own, other] = [normalizePlatform(platform), normalizePlatform(wanted)]
  const isSame = platform.variant === '' && own.os === other.os && own.architecture === other.architecture
  if (isSame || platformMatches(platform, wanted)) return
  onProgress({
    status:
      `WARNING: image with reference ${familiarString(reference)} was found but its platform ` +
      `(${formatPlatform(platform)}) does not match the specified platform (${formatPlatform(wanted)})`,
  })
}
