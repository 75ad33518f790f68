import type { Digest, DigestAlgorithm } from '#oci'

/**
 * Blobs, addressed by what they are. A blob is either there, whole and equal to its digest, or it is not there: no
 * reader ever sees one that is being written.
 *
 * Life of a blob:
 *
 *   (nothing) --ingest(ref)--> open --write*--> open --commit--> stored --delete--> (nothing)
 *                               |  ^
 *                 dispose, crash|  |ingest(same ref, with the digest that is expected)
 *                               v  |
 *                              partial --removeIngest, abort--> (nothing)
 *
 * - An **ingest** is a write in progress, known by its `ref`: any text that its writer will find again, such as the
 *   digest of a layer. One writer at a time; others wait for their turn, or fail with Conflict, as they ask.
 * - A writer that is disposed of without `commit` or `abort`, or whose process dies, leaves what it wrote. The next
 *   ingest of the ref goes on at that offset, and the hash is recomputed from the partial file. Only a writer that
 *   knows the digest to expect goes on: after a power loss the tail of a partial file may be zeros, and nothing else
 *   would notice.
 * - `commit` compares size and digest, syncs the file, renames it to its place and syncs the folder; then, and only
 *   then, it returns (readers may see the blob a moment earlier). What does not match is thrown away with DataCorrupt, nothing of it is kept for another try.
 * - A full disk is NoSpace; the ingest that met it is removed, so that its space is free again.
 * - Deleting what is not there, or committing what is there already, is no error. Who may delete what is not known
 *   here: leases and garbage collection live in `meta`.
 *
 * On disk, below the folder given to `openContentStore` (all folders 0700): `blobs/<algorithm>/<hex>`, and
 * `ingest/<key>/{ref,data}` where the key is the SHA-256 of the ref. One store object owns the ingests of a folder;
 * other processes and threads may read blobs by `path` at any time.
 */
export interface ContentStore {
  has(digest: Digest): Promise<boolean>

  /** @throws NotFound */
  info(digest: Digest): Promise<BlobInfo>

  /** Where the blob lies, or would lie: for workers, kernels and other readers that want a file. */
  path(digest: Digest): string

  /**
   * The bytes of a range, in chunks of up to 256 KiB that are the caller's own.
   * @throws NotFound; InvalidArgument where the range begins beyond the blob's end.
   */
  read(digest: Digest, range?: ReadRange): AsyncIterable<Buffer>

  /**
   * A whole small blob, compared with its digest once more.
   * @throws NotFound; DataCorrupt; InvalidArgument where it has more than `limit` bytes.
   */
  readAll(digest: Digest, limit: number): Promise<Buffer>

  /** Reads the whole blob and compares it with its digest; false where it does not match. @throws NotFound */
  verify(digest: Digest, signal?: AbortSignal): Promise<boolean>

  /** True where it was there. */
  delete(digest: Digest): Promise<boolean>

  list(): AsyncIterable<BlobInfo>

  /**
   * Begins or resumes the ingest `ref`; undefined where the expected digest is stored already (possibly by the writer
   * that was waited for). Dispose of the writer in any case.
   */
  ingest(ref: string, options?: IngestOptions): Promise<IngestWriter | undefined>

  /** Stores a small blob at once. Its digest may be given, to be checked. */
  put(bytes: Uint8Array, options?: PutOptions): Promise<BlobInfo>

  /** All ingests, under way or left behind. */
  ingests(): Promise<readonly IngestInfo[]>

  /**
   * Removes an ingest that nobody writes; true where it was there.
   * @throws Conflict where somebody does.
   */
  removeIngest(key: string): Promise<boolean>
}

export interface BlobInfo {
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
}

export interface ReadRange {
  readonly offset?: number
  /** Bytes; to the end where it is missing or reaches further. */
  readonly length?: number
  readonly signal?: AbortSignal
}

export interface IngestOptions {
  readonly expected?: { readonly digest?: Digest; readonly size?: number }
  /** Of the digest, where none is expected. */
  readonly algorithm?: DigestAlgorithm
  /**
   * Go on with what is there although no digest is expected: for a writer that learns the digest before it commits and
   * compares it in `announce`. With an expected digest this is always so.
   */
  readonly resume?: boolean
  /** What to do while another writer has the ref: wait for it (the default) or throw Conflict. */
  readonly ifBusy?: 'wait' | 'fail'
  /** Ends waiting and writing with Cancelled. */
  readonly signal?: AbortSignal
}

export interface PutOptions {
  readonly expected?: Digest
  readonly algorithm?: DigestAlgorithm
}

export interface IngestInfo {
  readonly key: string
  /** Undefined where a crash came before it was written. */
  readonly ref: string | undefined
  /** Bytes written so far. */
  readonly size: number
  /** Milliseconds since the last write. */
  readonly age: number
  /** Somebody has it open. */
  readonly active: boolean
}

/** The one writer of an ingest. */
export interface IngestWriter extends AsyncDisposable {
  readonly ref: string
  /** Where the next `write` goes: bytes that are there already. */
  readonly offset: number
  /** The file that is written, for those who follow it: as far as `flush` has come, its bytes are there. */
  readonly path: string

  /**
   * Appends; the chunk is the writer's from now on and must not be changed. Resolves when more is welcome: at most
   * `WRITE_BEHIND_MAX` bytes are in memory.
   * @throws DataCorrupt beyond the expected size; NoSpace; Cancelled.
   */
  write(chunk: Uint8Array): Promise<void>

  /**
   * What was written is in the file and outlives this process, and with `durable` (the default) a power loss too.
   * @throws NoSpace
   */
  flush(options?: { readonly durable?: boolean }): Promise<void>

  /** Throws away what was written and starts again at 0: for a source that cannot resume. */
  restart(): Promise<void>

  /**
   * `announce` is told the digest, and waited for, before anyone can see the blob: whoever did not expect a digest can
   * protect the blob from being collected.
   * @throws DataCorrupt where size or digest are not as expected; NoSpace; Cancelled.
   */
  commit(announce?: (digest: Digest) => void | Promise<void>): Promise<BlobInfo>

  /** Removes the ingest with all that was written. */
  abort(): Promise<void>
}

export interface StoreOptions {
  /** False only in tests: without it, a blob may be gone or empty after a power loss. */
  readonly fsync?: boolean
}
