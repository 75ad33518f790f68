import { InvalidArgument, NotFound } from '#lib/errors'
import { Semaphore } from '#lib/lock'
import {
  type Descriptor,
  type Digest,
  familiarName,
  familiarString,
  formatPlatform,
  isNameOnly,
  layerType,
  nameOf,
  type Platform,
  parseReference,
  platformMatches,
  type Reference,
  withDigest,
  withTag,
} from '#oci'
import type { RegistrySession } from '#registry'
import type { ImageDeps } from '../deps.ts'
import type { Operation } from '../hold.ts'
import type { Image, PushOptions } from '../image.ts'
import { perform } from '../operation.ts'
import { metered, type OnProgress, shortDigest } from '../progress.ts'
import { credentialsFor } from '../pull/request.ts'
import { nameKey } from '../record/names.ts'
import { manifestToPush } from './manifest.ts'
import type { OwnManifest } from './manifest-here.ts'

/** Layers that one push sends at the same time, as Docker's max-concurrent-uploads. */
const UPLOADS_MAX = 5

/** Repositories out of which the registry is asked to take a layer. */
const SOURCES_MAX = 4

/**
 * Sends an image to the registry of its name, or every tagged image of the repository where `reference` has no tag.
 * @throws NotFound, InvalidArgument, Unauthorized, Forbidden, Unavailable, DataCorrupt, NoSpace, Cancelled
 */
export async function pushImage(deps: ImageDeps, reference: Reference, options: PushOptions): Promise<void> {
  if (reference.digest !== undefined) throw new InvalidArgument('cannot push a digest reference')
  options.onProgress({ status: `The push refers to repository [${nameOf(reference)}]` })
  const session = deps.registry.session(credentialsFor(reference, options.credentials))
  for (const tagged of taggedImages(deps, reference)) {
    await perform(
      deps,
      () => false,
      operation => pushOne(deps, operation, session, tagged, options),
    )
  }
}

interface Tagged {
  readonly reference: Reference
  readonly image: Image
}

function taggedImages(deps: ImageDeps, reference: Reference): Tagged[] {
  const tags = deps.views.list().flatMap(image => {
    const names = image.tags.map(parseReference).filter(name => nameOf(name) === nameOf(reference))
    return names.map(name => ({ reference: name, image }))
  })
  if (tags.length === 0) {
    throw new NotFound(`An image does not exist locally with the tag: ${familiarName(reference)}`)
  }
  if (isNameOnly(reference)) return tags
  const found = tags.find(({ reference: name }) => name.tag === reference.tag)
  if (found === undefined) throw new NotFound(`tag does not exist: ${familiarString(reference)}`)
  return [found]
}

async function pushOne(
  deps: ImageDeps,
  operation: Operation,
  session: RegistrySession,
  { reference, image }: Tagged,
  { platform, onProgress, onPushed, signal }: PushOptions,
): Promise<void> {
  checkPlatform(reference, image, platform)
  const manifest = await manifestToPush(deps, operation, image, signal)
  await pushLayers(deps, session, reference, image, manifest, onProgress, signal)
  const { mediaType } = manifest.document
  const digest = await session.pushDocument(reference, mediaType, manifest.bytes, { signal })
  deps.records.name(nameKey(withDigest(reference, digest)), image.id)
  await deps.meta.durable()
  const tag = reference.tag ?? ''
  onProgress({ status: `${tag}: digest: ${digest} size: ${manifest.bytes.length}` })
  onPushed({ reference: withTag(reference, tag), digest, size: manifest.bytes.length })
}

/** Only one platform of an image is here: another one cannot be sent. */
function checkPlatform(reference: Reference, { config }: Image, wanted: Platform | undefined): void {
  if (wanted === undefined || platformMatches(config.platform, wanted)) return
  throw new NotFound(
    `image with reference ${familiarString(reference)} was found but does not match the specified platform: ` +
      `wanted ${formatPlatform(wanted)}, actual: ${formatPlatform(config.platform)}`,
  )
}

async function pushLayers(
  deps: ImageDeps,
  session: RegistrySession,
  reference: Reference,
  image: Image,
  { document }: OwnManifest,
  show: OnProgress,
  signal: AbortSignal,
): Promise<void> {
  const failed = new AbortController()
  const push = new LayerPush(deps, session, reference, show, AbortSignal.any([signal, failed.signal]))
  const sent = new Set<Digest>()
  // The top layer first, as Docker shows them.
  const layers = document.layers.map((layer, at) => ({
    layer,
    id: shortDigest(image.config.diffIds[at] ?? layer.digest),
  }))
  const wanted = layers.reverse().filter(({ layer }) => {
    const isNew = layerType(layer.mediaType)?.foreign !== true && !sent.has(layer.digest)
    sent.add(layer.digest)
    return isNew
  })
  for (const { id } of wanted) show({ id, status: 'Preparing' })
  const limit = deps.limits?.uploads ?? UPLOADS_MAX
  const slots = new Semaphore(limit)
  for (const { id } of wanted.slice(limit)) show({ id, status: 'Waiting' })
  const pushes = wanted.map(({ layer, id }) => slots.run(() => push.run(layer, id)))
  try {
    await Promise.all(pushes)
    await push.run(document.config, undefined)
  } finally {
    failed.abort()
    await Promise.allSettled(pushes)
  }
}

/** Sends blobs of one image to one repository. */
class LayerPush {
  readonly #deps: ImageDeps
  readonly #session: RegistrySession
  readonly #reference: Reference
  readonly #show: OnProgress
  readonly #signal: AbortSignal

  constructor(deps: ImageDeps, session: RegistrySession, reference: Reference, show: OnProgress, signal: AbortSignal) {
    this.#deps = deps
    this.#session = session
    this.#reference = reference
    this.#show = show
    this.#signal = signal
  }

  /** `id` is what people see of it; a configuration is not shown. */
  async run(blob: Descriptor, id: string | undefined): Promise<void> {
    const { digest, size } = blob
    const signal = this.#signal
    const say = (status: string) => (id === undefined ? undefined : this.#show({ id, status }))
    const progress = metered(size, current => {
      if (id !== undefined) this.#show({ id, status: 'Pushing', current, total: size })
    })
    const mountFrom = mountSources(this.#deps, this.#reference, digest)
    const source = (offset: number) => this.#deps.content.read(digest, { offset, signal })
    const options = { mountFrom, progress, signal }
    const pushed = await this.#session.pushBlob(this.#reference, blob, source, options)
    if (pushed.kind === 'exists') say('Layer already exists')
    else if (pushed.kind === 'mounted') say(`Mounted from ${pushed.from}`)
    else say('Pushed')
  }
}

/** Repositories of the same registry that images with this blob were pulled from or pushed to. */
export function mountSources(deps: ImageDeps, { domain, path }: Reference, digest: Digest): readonly string[] {
  const found = new Set<string>()
  for (const { blobs, repoDigests } of deps.records.list()) {
    if (!blobs.includes(digest)) continue
    for (const source of repoDigests.map(parseReference)) {
      if (source.domain === domain && source.path !== path) found.add(source.path)
    }
  }
  return [...found].slice(0, SOURCES_MAX)
}
