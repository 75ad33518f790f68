import type { Digest } from '#oci'

/**
 * What operations under way need, however little of it is recorded yet. Whoever removes something asks here, so that
 * collecting is safe at any time: holding waits for a removal that is under way, and nothing held is removed.
 */
export class Holds {
  readonly #counts = new Map<string, number>()
  readonly #removals = new Map<string, Promise<unknown>>()

  async hold(key: string): Promise<void> {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    await this.#removals.get(key)
  }

  release(key: string): void {
    const count = this.#counts.get(key) ?? 0
    if (count > 1) this.#counts.set(key, count - 1)
    else this.#counts.delete(key)
  }

  isHeld(key: string): boolean {
    return this.#counts.has(key)
  }

  /**
   * Runs `remove`, which must not throw; undefined where somebody holds the key, or was removing it already and now has.
   */
  async removing<T>(key: string, remove: () => Promise<T>): Promise<T | undefined> {
    const underWay = this.#removals.get(key)
    if (underWay !== undefined) await underWay
    if (underWay !== undefined || this.isHeld(key)) return undefined
    const removal = remove()
    this.#removals.set(key, removal)
    try {
      return await removal
    } finally {
      this.#removals.delete(key)
    }
  }
}

export function blobKey(digest: Digest): string {
  return `blob ${digest}`
}

export function snapshotKey(name: string): string {
  return `snapshot ${name}`
}

/** One operation and what it holds; disposed of when its images are recorded, or never will be. */
export class Operation implements Disposable {
  readonly #holds: Holds
  readonly #blobs = new Map<Digest, Promise<void>>()
  readonly #snapshots = new Map<string, Promise<void>>()

  constructor(holds: Holds) {
    this.#holds = holds
  }

  get blobs(): readonly Digest[] {
    return [...this.#blobs.keys()]
  }

  get snapshots(): readonly string[] {
    return [...this.#snapshots.keys()]
  }

  /** To be waited for before anyone looks whether the blob is there. */
  async holdBlob(digest: Digest): Promise<void> {
    await this.#hold(this.#blobs, digest, blobKey(digest))
  }

  /** To be waited for before anyone looks whether the snapshot is there. */
  async holdSnapshot(name: string): Promise<void> {
    await this.#hold(this.#snapshots, name, snapshotKey(name))
  }

  async #hold<K>(held: Map<K, Promise<void>>, name: K, key: string): Promise<void> {
    let waiting = held.get(name)
    if (waiting === undefined) {
      waiting = this.#holds.hold(key)
      held.set(name, waiting)
    }
    await waiting
  }

  [Symbol.dispose](): void {
    for (const digest of this.#blobs.keys()) this.#holds.release(blobKey(digest))
    for (const name of this.#snapshots.keys()) this.#holds.release(snapshotKey(name))
  }
}
