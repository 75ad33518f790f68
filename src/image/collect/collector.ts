import { Conflict, errorText, GantryError } from '#lib/errors'
import type { Digest } from '#oci'
import type { SnapshotInfo } from '#snapshot'
import type { ImageDeps } from '../deps.ts'
import { blobKey, snapshotKey } from '../hold.ts'
import type { Collected } from '../image.ts'
import { findNeeds, highestFirst, type Needs } from './needs.ts'

/** One collection: removes what it is told to look at unless it is needed or held, and counts. */
export class Collector {
  readonly #deps: ImageDeps
  readonly #keep: readonly string[]
  readonly #blobs: Digest[] = []
  readonly #snapshots: string[] = []
  #bytes = 0
  #needs: Needs
  #generation: number

  constructor(deps: ImageDeps, keep: Iterable<string>) {
    this.#deps = deps
    this.#keep = [...keep]
    this.#generation = deps.records.generation
    this.#needs = findNeeds(deps, this.#keep)
  }

  get collected(): Collected {
    return { blobs: this.#blobs, snapshots: this.#snapshots, bytes: this.#bytes }
  }

  async snapshots(candidates: readonly SnapshotInfo[]): Promise<void> {
    for (const { key } of highestFirst(candidates)) {
      if (this.#current().snapshots.has(key)) continue
      await this.#deps.holds.removing(snapshotKey(key), () => this.#removeSnapshot(key))
    }
  }

  async blob(digest: Digest, size: number): Promise<void> {
    if (this.#current().blobs.has(digest)) return
    await this.#deps.holds.removing(blobKey(digest), () =>
      this.#attempt(`blob ${digest}`, async () => {
        if (!(await this.#deps.content.delete(digest))) return
        this.#blobs.push(digest)
        this.#bytes += size
      }),
    )
  }

  async ingest(key: string, size: number): Promise<void> {
    await this.#attempt(`ingest ${key}`, async () => {
      if (await this.#deps.content.removeIngest(key)) this.#bytes += size
    })
  }

  /** Measuring takes its time: an image or a container may have come to need the snapshot when it is done. */
  async #removeSnapshot(key: string): Promise<void> {
    await this.#attempt(`snapshot ${key}`, async () => {
      const { snapshots } = this.#deps
      // Where files are missing there is nothing to measure, and all the more to remove.
      const { bytes } = await snapshots.usage(key).catch(() => ({ bytes: 0 }))
      if (this.#current().snapshots.has(key)) return
      await snapshots.remove(key)
      this.#deps.layerBlobs.forget(key)
      this.#snapshots.push(key)
      this.#bytes += bytes
    })
  }

  /** Images may come while we wait for the disk. */
  #current(): Needs {
    if (this.#generation !== this.#deps.records.generation) {
      this.#generation = this.#deps.records.generation
      this.#needs = findNeeds(this.#deps, this.#keep)
    }
    return this.#needs
  }

  /** What cannot be removed now stays for the next time, and keeps nothing else from being removed. */
  async #attempt(what: string, body: () => Promise<void>): Promise<void> {
    try {
      await body()
    } catch (error) {
      // Somebody stands on it or writes it since we looked.
      if (error instanceof Conflict) return
      if (!(error instanceof GantryError)) throw error
      this.#deps.log.warn('cannot remove what nobody needs', { what, error: errorText(error) })
    }
  }
}
