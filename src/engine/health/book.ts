import type { ContainerRecord, Health } from '../container/record.ts'

/**
 * How containers are, and who looks after them. Results of probes stand here alone; the records get what changes a
 * container's status, so that a probe is no write to the disk.
 */
export class HealthBook implements Disposable {
  readonly #known = new Map<string, Health>()
  readonly #onUnhealthy: (record: ContainerRecord) => void
  readonly #watches = new Map<string, AbortController>()

  /** @param onUnhealthy is told when a probe has made a container unhealthy, and does not throw */
  constructor(onUnhealthy: (record: ContainerRecord) => void) {
    this.#onUnhealthy = onUnhealthy
  }

  tellUnhealthy(record: ContainerRecord): void {
    this.#onUnhealthy(record)
  }

  /** Undefined where nothing is checked. */
  of({ id, health }: Pick<ContainerRecord, 'id' | 'health'>): Health | undefined {
    return this.#known.get(id) ?? health
  }

  set(id: string, health: Health): void {
    this.#known.set(id, health)
  }

  /** A new watch over the container, in place of any before it; the signal is its end. */
  begin(id: string): AbortSignal {
    this.end(id)
    const watch = new AbortController()
    this.#watches.set(id, watch)
    return watch.signal
  }

  end(id: string): void {
    this.#watches.get(id)?.abort()
    this.#watches.delete(id)
  }

  forget(id: string): void {
    this.end(id)
    this.#known.delete(id)
  }

  [Symbol.dispose](): void {
    for (const id of [...this.#watches.keys()]) this.end(id)
  }
}
