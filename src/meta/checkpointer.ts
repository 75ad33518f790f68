import { statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'

/** Transactions after which the log is folded into the database: some 2,000 pages when they are small. */
const CHECKPOINT_TRANSACTIONS = 500
/** Pages of 4 KiB by which the log may grow meanwhile when they are large. */
const CHECKPOINT_PAGES = 2000

/**
 * Folds the log into the database on a thread of its own: its fsyncs would hold up the event loop. The log's file does
 * not shrink by that, it is written from its beginning again: how long it is does not say how much is in it.
 */
export class Checkpointer {
  readonly #path: string
  #running: Promise<void> | undefined
  #transactions = 0
  #pagesBefore = 0

  constructor(path: string) {
    this.#path = path
  }

  wrote(): void {
    this.#transactions++
  }

  /** Whether it started. */
  maybeStart(): boolean {
    if (this.#running !== undefined || !this.#isDue) return false
    this.#transactions = 0
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#running = promise
    const worker = new Worker(CHECKPOINT_SOURCE, { eval: true, workerData: this.#path })
    worker.unref()
    worker.once('exit', () => {
      this.#running = undefined
      this.#pagesBefore = walPages(this.#path)
      resolve()
    })
    worker.once('error', () => {}) // The log only stays longer; the next one tries again.
    return true
  }

  async idle(): Promise<void> {
    await this.#running
  }

  get #isDue(): boolean {
    if (this.#transactions === 0) return false
    return this.#transactions >= CHECKPOINT_TRANSACTIONS || walPages(this.#path) >= this.#pagesBefore + CHECKPOINT_PAGES
  }
}

const CHECKPOINT_SOURCE = `
  const { DatabaseSync } = require('node:sqlite')
  const database = new DatabaseSync(require('node:worker_threads').workerData)
  database.exec('pragma synchronous = normal; pragma wal_checkpoint(passive)')
  database.close()`

function walPages(path: string): number {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) / 4096
}
