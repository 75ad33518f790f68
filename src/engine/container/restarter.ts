import { restartDelay } from './restart-policy.ts'

/**
 * Containers that wait to be started again by their policy, and those that must not be at their next end. The waits
 * are this process's: the records say which containers wait, for a daemon that comes later.
 */
export class Restarter implements AsyncDisposable {
  readonly #start: (id: string) => Promise<void>
  readonly #timers = new Map<string, NodeJS.Timeout>()
  /** Milliseconds of the last wait. */
  readonly #delays = new Map<string, number>()
  readonly #cancelled = new Set<string>()
  readonly #starting = new Set<Promise<void>>()
  #isOver = false

  /** @param start starts a container that waits, and does not throw */
  constructor(start: (id: string) => Promise<void>) {
    this.#start = start
  }

  /** Somebody has started the container: what was before does not count any more. */
  begun(id: string): void {
    this.forget(id)
  }

  /** Its next end is the last one until it is started again; a wait for that is over. */
  cancel(id: string): void {
    this.#cancelled.add(id)
    this.#clear(id)
  }

  isCancelled(id: string): boolean {
    return this.#cancelled.has(id)
  }

  /** Starts the container in a while, the longer the more often it has ended after less than a few seconds. */
  later(id: string, ranMillis: number): void {
    const delay = restartDelay(this.#delays.get(id), ranMillis)
    this.#delays.set(id, delay)
    this.#wait(id, delay)
  }

  now(id: string): void {
    this.#wait(id, 0)
  }

  forget(id: string): void {
    this.#clear(id)
    this.#cancelled.delete(id)
    this.#delays.delete(id)
  }

  /** Nothing is started any more; what is being started is waited for. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
    await Promise.allSettled(this.#starting)
  }

  #wait(id: string, delay: number): void {
    if (this.#isOver) return
    this.#clear(id)
    const due = () => {
      this.#timers.delete(id)
      const starting = this.#start(id).finally(() => this.#starting.delete(starting))
      this.#starting.add(starting)
    }
    this.#timers.set(id, setTimeout(due, delay))
  }

  #clear(id: string): void {
    clearTimeout(this.#timers.get(id))
    this.#timers.delete(id)
  }
}
