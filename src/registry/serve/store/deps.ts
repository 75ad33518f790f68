import type { ContentStore } from '#content'
import type { KeyedLock } from '#lib/lock'
import type { Logger } from '#lib/log'
import type { Records } from './records.ts'

/** Everything that a verb of the store may use. */
export interface StoreDeps {
  readonly records: Records
  readonly content: ContentStore
  /**
   * Held, by digest, by whoever brings a blob and says which repository has it, and by whoever deletes its bytes: so
   * nothing is linked whose bytes are just going.
   */
  readonly locks: KeyedLock
  /** Digests that came to be needed while a collection runs. */
  readonly fresh: FreshDigests
  /** When a blob was last asked for, by `repository@digest`: somebody is about to push a manifest with it. */
  readonly touched: Map<string, number>
  readonly log: Logger
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  /** When this store was opened: what was asked for before is not remembered. */
  readonly opened: number
}

/** Remembers what is linked between `begin` and its disposal. */
export class FreshDigests {
  #seen: Set<string> | undefined

  add(digest: string): void {
    this.#seen?.add(digest)
  }

  has(digest: string): boolean {
    return this.#seen?.has(digest) === true
  }

  begin(): Disposable {
    this.#seen = new Set()
    return {
      [Symbol.dispose]: () => {
        this.#seen = undefined
      },
    }
  }
}
