import type { Digest } from '#oci'

/**
 * The server's end of the distribution protocol (OCI distribution-spec 1.1, with what Docker's registry adds to it).
 *
 * What a client may see is decided by the **repository** that it names. A blob belongs to the repositories that it is
 * **linked** to, by an upload or a mount, and is not there for the others, though its bytes are stored once. A manifest
 * belongs to one repository; a **tag** is a name in a repository that leads to one of its manifests. Digests never
 * change their meaning, tags do.
 *
 * Life of an upload:
 *
 *   (nothing) --startUpload--> open --append*--> open --finish(digest)--> a blob, linked --> (nothing)
 *                               |  ^
 *         connection lost, crash|  |append at the offset that `upload` tells
 *                               v  |
 *                              waiting --cancelUpload, expiry--> (nothing)
 *
 * - One request at a time writes an upload; another one meanwhile is refused. What does not match its digest is thrown
 *   away with the upload.
 * - A manifest is taken when everything that it refers to is in its repository, and what it needs cannot be deleted as
 *   long as it is there: so whoever can read a manifest can read its image.
 * - What is acknowledged is on the disk.
 *
 * Readers and writers throw `Refusal` for what the protocol has a code for, and errors of `#lib/errors` otherwise.
 */
export interface Registry {
  readonly reader: RegistryReader
  /** Undefined where nothing can be pushed; then `readOnly` says why and what to do. */
  readonly writer: RegistryWriter | undefined
  readonly readOnly: { readonly what: string; readonly fix: string } | undefined
}

export interface RegistryReader {
  /** Names of repositories, in order. */
  catalog(page: Page): Promise<Listing>
  /** Tags of a repository, in order. @throws Refusal NAME_UNKNOWN */
  tags(repository: string, page: Page): Promise<Listing>
  /** @throws Refusal MANIFEST_UNKNOWN */
  manifest(repository: string, reference: ManifestReference, options: CallOptions): Promise<ManifestSource>
  /** @throws Refusal BLOB_UNKNOWN */
  blob(repository: string, digest: Digest, options: CallOptions): Promise<BlobSource>
  /** The manifests of the repository whose subject is `subject`; none where nobody knows it. */
  referrers(repository: string, subject: Digest, options: CallOptions): Promise<readonly Referrer[]>
}

export interface RegistryWriter {
  /** @throws Refusal MANIFEST_INVALID, MANIFEST_BLOB_UNKNOWN, DIGEST_INVALID, SIZE_INVALID; NoSpace */
  putManifest(repository: string, reference: ManifestReference, content: ManifestContent): Promise<PutManifest>
  deleteTag(repository: string, tag: string): Promise<void>
  /** With all tags that lead to it. @throws Refusal DENIED where an index needs it */
  deleteManifest(repository: string, digest: Digest): Promise<void>
  /** @throws Refusal DENIED where a manifest needs it */
  deleteBlob(repository: string, digest: Digest): Promise<void>
  /** Links a blob of `from` (of any repository where that is undefined); false where there is none. */
  mount(repository: string, digest: Digest, from: string | undefined): Promise<boolean>

  startUpload(repository: string): Promise<UploadState>
  upload(repository: string, id: string): Promise<UploadState>
  /** Appends what comes. @throws Refusal RANGE_INVALID where it does not begin at the end of what is there */
  append(repository: string, id: string, chunk: Chunk): Promise<UploadState>
  /** @throws Refusal DIGEST_INVALID; then the upload is gone. */
  finish(repository: string, id: string, digest: Digest, last: Chunk): Promise<void>
  cancelUpload(repository: string, id: string): Promise<void>
}

export interface CallOptions {
  readonly signal: AbortSignal
}

export interface Page {
  readonly limit: number
  /** The last name that the client has seen; empty at the beginning. */
  readonly after: string
}

export interface Listing {
  readonly names: readonly string[]
  /** There are names after these. */
  readonly more: boolean
}

export type ManifestReference =
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'digest'; readonly digest: Digest }

export interface ManifestSource {
  readonly digest: Digest
  readonly mediaType: string
  readonly size: number
  read(): Promise<Buffer>
}

export interface BlobSource {
  readonly digest: Digest
  readonly size: number
  /** `length` bytes from `offset`. */
  read(offset: number, length: number, signal: AbortSignal): AsyncIterable<Buffer>
}

/** A descriptor in the answer of the referrers API. */
export interface Referrer {
  readonly mediaType: string
  readonly digest: Digest
  readonly size: number
  readonly artifactType: string
  readonly annotations: Readonly<Record<string, string>>
}

export interface ManifestContent {
  readonly bytes: Buffer
  /** As the Content-Type header says; empty where there is none. */
  readonly mediaType: string
}

export interface PutManifest {
  readonly digest: Digest
  readonly subject: Digest | undefined
}

export interface UploadState {
  readonly id: string
  /** Bytes that are there. */
  readonly offset: number
}

/** A part of a blob as it comes from a client. */
export interface Chunk {
  readonly body: AsyncIterable<Buffer>
  /** Where the client says that it begins; undefined for what simply follows. */
  readonly start: number | undefined
  readonly signal: AbortSignal
}

export function referenceText(reference: ManifestReference): string {
  return reference.kind === 'tag' ? reference.tag : reference.digest
}
