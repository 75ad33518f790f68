import type { BlobInfo, ContentStore } from '#content'
import type { Descriptor, Digest, ImageDocument, Reference } from '#oci'
import type { Credentials } from './credentials.ts'
import type { RegistryConfig } from './endpoint.ts'
import type { Timing } from './timing.ts'

/**
 * The client's end of the distribution protocol (OCI distribution-spec 1.1, with Docker's token authentication).
 *
 * A **client** lives as long as the daemon and owns the connections. A **session** is one person's dealings with
 * registries: it owns the tokens, so that what one person may see is never shown to another. Sessions are cheap; a pull
 * makes one.
 *
 * Nothing is asked in advance: the first request goes out bare, and what the registry demands is given then. Whatever
 * comes back is foreign: bodies are bounded, digests and sizes are compared, redirects take no credentials along.
 * Resets, stalls, 429 and 5xx are tried again, up to five times; other refusals are final. A body that does not match
 * its digest is asked for once more and never stored. An upload that broke off goes on where the registry says that it
 * stopped.
 *
 * Errors are those of `#lib/errors`, in Docker's words where clients look for them: NotFound (also for what one may not
 * see), Unauthorized, RegistryUnavailable, DataCorrupt, InvalidArgument, NoSpace, Cancelled.
 */
export interface RegistryClient extends AsyncDisposable {
  session(credentials?: Credentials): RegistrySession
}

export interface RegistrySession {
  /** What a tag or a digest stands for; `latest` where the reference has neither. Costs no pull at Docker Hub. */
  resolve(reference: Reference, options?: CallOptions): Promise<Descriptor>

  /**
   * The manifest or index that `reference` stands for, or the one of `descriptor` in its repository; digest, size and
   * media type are compared.
   */
  fetchDocument(reference: Reference, options?: DocumentOptions): Promise<FetchedDocument>

  /** A small blob of the repository, such as an image configuration, of at most `limit` bytes. */
  fetchBytes(reference: Reference, descriptor: Descriptor, options: BytesOptions): Promise<Buffer>

  /** Brings a blob of the repository into `store`, going on where an earlier try stopped. */
  fetchBlob(reference: Reference, descriptor: Descriptor, store: ContentStore, options?: BlobOptions): Promise<BlobInfo>

  /** Puts a blob into the repository unless it is there, or to be had from another one of the same registry. */
  pushBlob(
    reference: Reference,
    descriptor: Descriptor,
    source: BlobSource,
    options?: PushBlobOptions,
  ): Promise<PushedBlob>

  /**
   * Puts a manifest or an index under the tag of `reference`, or under its own digest where it has none; what it names
   * must be there before.
   */
  pushDocument(reference: Reference, mediaType: string, bytes: Uint8Array, options?: CallOptions): Promise<Digest>

  /** Asks a registry (`docker.io`, `host:5000`) whether it takes the session's secret. @throws Unauthorized */
  login(registry: string, options?: CallOptions): Promise<Login>

  /** Repositories by a word in their name or description. @throws NotFound where the registry has no search */
  search(registry: string, term: string, limit: number, options?: CallOptions): Promise<readonly FoundRepository[]>

  /** The tags of a repository, as the registry orders them; at most `TAGS_MAX`. */
  tags(reference: Reference, options?: CallOptions): Promise<readonly string[]>
}

export interface Login {
  /** To be kept in the place of the password, where the registry gave one. */
  readonly identityToken: string | undefined
}

export interface FoundRepository {
  readonly name: string
  readonly description: string
  readonly stars: number
  readonly isOfficial: boolean
}

/** The bytes of a blob from `offset` to its end. Asked again where an upload goes on after a fault. */
export type BlobSource = (offset: number) => AsyncIterable<Uint8Array>

export interface PushBlobOptions extends CallOptions {
  /** Repositories of the same registry that may have the blob (`library/busybox`), the likeliest first. */
  readonly mountFrom?: readonly string[]
  /** Is told how many bytes are there; goes down where the registry lost some. */
  readonly progress?: (bytes: number) => void
}

/** What came of it. */
export type PushedBlob =
  | { readonly kind: 'exists' }
  | { readonly kind: 'mounted'; readonly from: string }
  | { readonly kind: 'uploaded' }

export interface CallOptions {
  readonly signal?: AbortSignal
}

export interface DocumentOptions extends CallOptions {
  readonly descriptor?: Descriptor
}

export interface BytesOptions extends CallOptions {
  readonly limit: number
}

export interface BlobOptions extends CallOptions {
  /** Is told how many bytes are there, after each chunk; goes down where a source cannot resume. */
  readonly progress?: (bytes: number) => void
}

export interface FetchedDocument {
  readonly descriptor: Descriptor
  readonly bytes: Uint8Array
  readonly document: ImageDocument
}

export interface ClientOptions {
  readonly config?: RegistryConfig
  readonly userAgent?: string
  readonly timing?: Timing
}
