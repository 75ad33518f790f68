import { errorText, GantryError } from '#lib/errors'
import { type Descriptor, type Digest, descriptor, OCI_LAYER } from '#oci'
import type { FetchedDocument, RegistryClient, RegistrySession, Secret } from '../../index.ts'
import { Refusal, unknownBlob, unknownManifest } from '../refusal.ts'
import {
  type BlobSource,
  type CallOptions,
  type ManifestReference,
  type ManifestSource,
  type Registry,
  referenceText,
} from '../registry.ts'
import type { StoreDeps } from '../store/deps.ts'
import { findBlob, link } from '../store/links.ts'
import { findManifest, moveTag, recordManifest, recordOf } from '../store/manifests.ts'
import { digestKey } from '../store/records.ts'
import type { RegistryStore } from '../store/store.ts'
import { needsOf } from '../store/validate.ts'
import { Download } from './download.ts'
import { referenceTo, type Upstream } from './upstream.ts'

export interface CacheOptions {
  readonly store: RegistryStore
  readonly upstream: Upstream
  readonly client: RegistryClient
  /** With which the other registry is asked, for whomever it is. */
  readonly secret?: Secret
  /** Milliseconds for which the other registry is waited for where there is something older to serve. */
  readonly patience?: number
}

/** Longer than any registry that works, shorter than clients wait. */
const PATIENCE = 10_000

/**
 * A registry that has nothing of its own: what it is asked for and has not, it fetches from another one and keeps.
 *
 * What a tag means is asked there every time, by HEAD; where nobody answers, it means what it meant last. Digests never
 * change their meaning, so what is here under one is not asked for again. The sizes of blobs are known from the
 * manifests that came through here: a blob that none of them names is not there.
 */
export function openCache(options: CacheOptions): Registry {
  const cache = new Cache(options)
  const { reader } = options.store
  const { url } = options.upstream
  return {
    reader: {
      catalog: page => reader.catalog(page),
      tags: (repository, page) => reader.tags(repository, page),
      referrers: (repository, subject, call) => reader.referrers(repository, subject, call),
      manifest: (repository, reference, call) => cache.manifest(repository, reference, call),
      blob: (repository, digest) => cache.blob(repository, digest),
    },
    writer: undefined,
    readOnly: { what: `this registry is a cache of ${url}`, fix: `push to ${url}` },
  }
}

class Cache {
  readonly #deps: StoreDeps
  readonly #upstream: Upstream
  /** One for all: everybody sees what the cache may see. */
  readonly #session: RegistrySession
  /** By repository, digest and size: a manifest of one repository that says wrong things breaks nothing of others. */
  readonly #downloads = new Map<string, Download>()
  readonly #patience: number
  readonly #hasSecret: boolean

  constructor({ store, upstream, client, secret, patience = PATIENCE }: CacheOptions) {
    this.#patience = patience
    this.#hasSecret = secret !== undefined
    this.#deps = store.deps
    this.#upstream = upstream
    this.#session = client.session(secret && { registry: upstream.registry, secret })
  }

  async manifest(repository: string, reference: ManifestReference, { signal }: CallOptions): Promise<ManifestSource> {
    const here = this.#here(repository, reference)
    if (reference.kind === 'digest' && here !== undefined) return here
    const tired = here === undefined ? undefined : AbortSignal.timeout(this.#patience)
    try {
      return await this.#fetch(repository, reference, tired === undefined ? signal : AbortSignal.any([signal, tired]))
    } catch (error) {
      if (!(error instanceof GantryError)) throw error
      const isSilent = error.kind === 'unavailable' || (tired?.aborted === true && !signal.aborted)
      if (here === undefined || !isSilent) throw this.#foreignError(error, repository, reference)
      const image = `${repository}:${referenceText(reference)}`
      this.#deps.log.warn('the registry behind the cache does not answer: an older image is served', {
        image,
        error: errorText(error),
      })
      return here
    }
  }

  async blob(repository: string, digest: Digest): Promise<BlobSource> {
    const record = this.#deps.records.links.get(digestKey(repository, digest))
    if (record === undefined) throw unknownBlob(repository, digest)
    if (await this.#deps.content.has(digest)) return await findBlob(this.#deps, repository, digest)
    const wanted = descriptor(OCI_LAYER, digest, record.size)
    return {
      digest,
      size: record.size,
      read: (offset, length, signal) => this.#download(repository, wanted).read(offset, length, signal),
    }
  }

  async #fetch(repository: string, reference: ManifestReference, signal: AbortSignal): Promise<ManifestSource> {
    const end = reference.kind === 'tag' ? `:${reference.tag}` : `@${reference.digest}`
    const name = referenceTo(this.#upstream, repository, end)
    const wanted = await this.#session.resolve(name, { signal })
    const known = this.#here(repository, { kind: 'digest', digest: wanted.digest })
    if (known === undefined) {
      await this.#store(repository, await this.#session.fetchDocument(name, { descriptor: wanted, signal }))
    }
    if (reference.kind === 'tag') await this.#tag(repository, reference.tag, wanted.digest)
    return findManifest(this.#deps, repository, { kind: 'digest', digest: wanted.digest })
  }

  async #store(repository: string, { bytes, document, descriptor: { digest } }: FetchedDocument): Promise<void> {
    const { content, records, locks } = this.#deps
    const needs = needsOf(document)
    await locks.run(digest, async () => {
      await content.put(bytes, { expected: digest })
      records.meta.write(() => {
        recordManifest(this.#deps, repository, digest, recordOf(this.#deps, document, bytes.length, needs))
        for (const need of needs) {
          // Announced, not fetched: the blob comes when somebody wants it.
          if (need.kind === 'blob') link(this.#deps, repository, need.digest, need.size)
        }
      })
      await records.meta.durable()
    })
  }

  async #tag(repository: string, tag: string, digest: Digest): Promise<void> {
    const { records } = this.#deps
    if (this.#here(repository, { kind: 'tag', tag })?.digest === digest) return
    records.meta.write(() => moveTag(this.#deps, repository, tag, digest))
    await records.meta.durable()
  }

  #here(repository: string, reference: ManifestReference): ManifestSource | undefined {
    try {
      return findManifest(this.#deps, repository, reference)
    } catch (error) {
      if (error instanceof Refusal) return undefined
      throw error
    }
  }

  /** The one download of a blob, whoever asked first. It goes on when they all go: the next one will want it. */
  #download(repository: string, wanted: Descriptor): Download {
    const key = `${repository}@${wanted.digest} ${wanted.size}`
    const running = this.#downloads.get(key)
    if (running !== undefined) return running
    const name = referenceTo(this.#upstream, repository, '')
    const { content } = this.#deps
    const download = new Download(content, wanted.digest, wanted.size, store =>
      this.#session.fetchBlob(name, wanted, store),
    )
    this.#downloads.set(key, download)
    void download.ended.then(() => this.#downloads.delete(key))
    return download
  }

  /** What the registry behind says, as this one says it. */
  #foreignError(error: GantryError, repository: string, reference: ManifestReference): GantryError {
    if (error.kind === 'not-found') return unknownManifest(repository, referenceText(reference))
    if (error.kind !== 'unauthorized') return error
    const fix = this.#hasSecret
      ? 'the credentials of the cache are wrong, or not enough for this image'
      : 'the cache asks without credentials: --cache-credentials FILE'
    return new Refusal(403, 'DENIED', error.message, { fix, cause: error })
  }
}
