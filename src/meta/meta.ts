/**
 * Records that must survive: small JSON documents by collection and key, changed in transactions.
 *
 * Lifecycle. `openMeta` opens or makes the database, refuses one of a newer layout, and is the file's only writer
 * (the daemon's lock on the data root sees to that). A room asks for its collections once. Reads see every committed
 * change at once. A change is atomic and survives kill -9 when `write` returns; it survives power loss when the
 * promise of `durable` resolves, which is what must be awaited before anyone is told. Changes between two flushes
 * share one: thirty creates at once cost one fdatasync, and none of them blocks the event loop.
 *
 * A record that does not parse is reported with its key and reason and never keeps others from being read
 * (SAFETY R25).
 */
export interface Meta extends AsyncDisposable {
  /** The collection `name`; `parse` throws for what is no valid record. */
  collection<T>(name: string, parse: (value: unknown) => T): Collection<T>
  /**
   * Runs `body` as one transaction; nested calls join the outer one. What `body` throws undoes everything in it.
   * With `release` (an operation that frees space) a full disk is met from the reserve that is kept for it (R21).
   * @throws NoSpace
   */
  write<R>(body: () => R, options?: { readonly release?: boolean }): R
  /** Resolves when everything written before this call is on the disk. */
  durable(): Promise<void>
}

export interface Collection<T> {
  get(key: string): T | undefined
  /** @throws DataCorrupt for a record that does not parse */
  has(key: string): boolean
  put(key: string, value: T): void
  /** False where there was none. */
  delete(key: string): boolean
  /** All records in order of their keys. */
  list(): T[]
  /** All records, with those that do not parse. */
  entries(): Entry<T>[]
  /** Some of the records, in order of their keys' bytes, with those that do not parse. */
  scan(range: KeyRange): Entry<T>[]
}

export interface KeyRange {
  /** Keys that begin with it and are longer. */
  readonly prefix: string
  /** Only keys beyond this one. */
  readonly after?: string
  readonly limit: number
}

export type Entry<T> = { readonly key: string; readonly value: T } | { readonly key: string; readonly corrupt: string }
