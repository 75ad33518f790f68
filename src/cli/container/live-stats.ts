import type { ContainerStats } from '#api'
import type { Client } from '#client'
import type { StatsRow } from '../format/stats.ts'

/** What is known of several containers, each followed by a stream of its own. */
export class LiveStats implements Disposable {
  readonly #client: Client
  readonly #followed = new Map<string, { readonly stop: AbortController; stats: ContainerStats | undefined }>()

  constructor(client: Client) {
    this.#client = client
  }

  /** Resolves with the first sample. @throws what keeps the engine from giving any */
  async follow(name: string): Promise<void> {
    if (this.#followed.has(name)) return
    const entry: { readonly stop: AbortController; stats: ContainerStats | undefined } = {
      stop: new AbortController(),
      stats: undefined,
    }
    this.#followed.set(name, entry)
    const samples = this.#client.containers.stats(name, { signal: entry.stop.signal })
    try {
      const first = await samples.next()
      if (first.done === true) return this.drop(name)
      entry.stats = first.value
    } catch (error) {
      this.drop(name)
      throw error
    }
    void this.#read(name, entry, samples)
  }

  drop(name: string): void {
    this.#followed.get(name)?.stop.abort()
    this.#followed.delete(name)
  }

  rows(): StatsRow[] {
    return [...this.#followed].map(([container, { stats }]) => ({ container, stats }))
  }

  [Symbol.dispose](): void {
    for (const name of [...this.#followed.keys()]) this.drop(name)
  }

  /** Until the container is gone, or nobody wants to know any more. */
  async #read(
    name: string,
    entry: { stats: ContainerStats | undefined },
    samples: AsyncGenerator<ContainerStats>,
  ): Promise<void> {
    try {
      for await (const sample of samples) entry.stats = sample
    } catch {
      // The stream broke: what is left to show is that nothing is known.
    }
    entry.stats = undefined
    if (this.#followed.get(name) === entry) this.#followed.delete(name)
  }
}
