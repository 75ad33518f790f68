/** A key in somebody's hands. */
export interface HeldKey extends Disposable {
  /** Whether somebody waits for it. */
  readonly isWanted: boolean
}

/** Mutual exclusion by key: holders of one key run one after another in order of arrival, different keys do not meet. */
export class KeyedLock {
  readonly #tails = new Map<string, Promise<void>>()

  /** Waits for the key; dispose of the result to let the next holder in. */
  async acquire(key: string): Promise<HeldKey> {
    const before = this.#tails.get(key)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#tails.set(key, promise)
    if (before !== undefined) await before
    const tails = this.#tails
    return {
      get isWanted() {
        return tails.has(key) && tails.get(key) !== promise
      },
      [Symbol.dispose]: () => {
        if (this.#tails.get(key) === promise) this.#tails.delete(key)
        resolve()
      },
    }
  }

  async run<T>(key: string, body: () => T | Promise<T>): Promise<T> {
    using _held = await this.acquire(key)
    return await body()
  }

  isHeld(key: string): boolean {
    return this.#tails.has(key)
  }
}

/** At most `limit` bodies at once; the rest wait in order of arrival. */
export class Semaphore {
  readonly #limit: number
  #running = 0
  readonly #waiting: (() => void)[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  async run<T>(body: () => T | Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) await new Promise<void>(resolve => this.#waiting.push(resolve))
    else this.#running++
    try {
      return await body()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#running--
      else next()
    }
  }
}
