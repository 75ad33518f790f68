import { DataCorrupt, InvalidArgument, NotFound } from '#lib/errors'
import { quoted } from '#lib/printable'
import {
  CONFIG_BYTES_MAX,
  type Descriptor,
  type Digest,
  DOCUMENT_BYTES_MAX,
  formatReference,
  historySteps,
  type ImageConfig,
  type ImageDocument,
  isGenericType,
  isImageConfigType,
  type Manifest,
  parseImageConfig,
  parseImageDocument,
  type Reference,
} from '#oci'
import type { RegistrySession } from '#registry'
import type { ImageDeps } from '../deps.ts'
import type { Operation } from '../hold.ts'

/** Documents of one pull: an index of indexes may make one ask for more than any image needs (SAFETY S75). */
const DOCUMENTS_MAX = 32

/**
 * Where a pull gets its documents: from this host where they are here already, else from the registry; and then they
 * are here. The registry is asked what the reference stands for in any case, so that nobody gets by digest what it
 * would not show them (S71).
 */
export class PullSource {
  readonly reference: Reference
  readonly session: RegistrySession
  readonly signal: AbortSignal
  readonly #deps: ImageDeps
  readonly #operation: Operation
  readonly #documents = new Set<Digest>()

  constructor(
    deps: ImageDeps,
    operation: Operation,
    session: RegistrySession,
    reference: Reference,
    signal: AbortSignal,
  ) {
    this.#deps = deps
    this.#operation = operation
    this.session = session
    this.reference = reference
    this.signal = signal
  }

  async resolve(): Promise<Descriptor> {
    return await this.session.resolve(this.reference, { signal: this.signal })
  }

  /** @throws InvalidArgument where there were too many already */
  async document(descriptor: Descriptor): Promise<ImageDocument> {
    const { digest, mediaType } = descriptor
    this.#documents.add(digest)
    if (this.#documents.size > DOCUMENTS_MAX) {
      throw new InvalidArgument(`${formatReference(this.reference)} leads through more than ${DOCUMENTS_MAX} indexes`)
    }
    await this.#operation.holdBlob(digest)
    const here = await this.#here(digest, DOCUMENT_BYTES_MAX)
    if (here !== undefined) return parseImageDocument(here, { mediaType, reference: formatReference(this.reference) })
    const { bytes, document } = await this.session.fetchDocument(this.reference, { descriptor, signal: this.signal })
    await this.#deps.content.put(bytes, { expected: digest })
    return document
  }

  /** @throws InvalidArgument for what is no configuration of an image that runs here */
  async config({ config: descriptor }: Manifest): Promise<ImageConfig> {
    checkConfigType(descriptor)
    await this.#operation.holdBlob(descriptor.digest)
    const here = await this.#here(descriptor.digest, CONFIG_BYTES_MAX)
    const bytes = here ?? (await this.#fetchConfig(descriptor))
    const config = parseImageConfig(bytes)
    checkOs(config)
    historySteps(config)
    if (here === undefined) await this.#deps.content.put(bytes, { expected: descriptor.digest })
    // The id of an image is a SHA-256, whatever its manifest calls the configuration.
    if (config.id !== descriptor.digest) {
      await this.#operation.holdBlob(config.id)
      await this.#deps.content.put(bytes, { expected: config.id })
    }
    return config
  }

  async #fetchConfig(descriptor: Descriptor): Promise<Buffer> {
    const options = { limit: CONFIG_BYTES_MAX, signal: this.signal }
    return await this.session.fetchBytes(this.reference, descriptor, options)
  }

  /** The bytes of a blob that is here; one that the disk has changed is thrown away. */
  async #here(digest: Digest, limit: number): Promise<Buffer | undefined> {
    try {
      return await this.#deps.content.readAll(digest, limit)
    } catch (error) {
      if (error instanceof NotFound) return undefined
      if (!(error instanceof DataCorrupt)) throw error
      await this.#deps.content.delete(digest)
      return undefined
    }
  }
}

/** Some registries have served configurations under types like these. */
function checkConfigType({ mediaType }: Descriptor): void {
  if (isImageConfigType(mediaType) || isGenericType(mediaType) || mediaType === 'text/html') return
  throw new InvalidArgument(`unsupported media type ${quoted(mediaType)}`, {
    fix: 'this is no image of a container: it needs the tool that it was made for',
  })
}

function checkOs({ platform: { os } }: ImageConfig): void {
  if (os === '' || os === 'linux') return
  throw new InvalidArgument(`cannot download image with operating system ${quoted(os)} when requesting "linux"`)
}
