import { statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'

/** Pages of 4 KiB after which the log is folded into the database. */
const CHECKPOINT_PAGES = 2000

/** Folds the log into the database on a thread of its own: its fsyncs would hold up the event loop. */
export class Checkpointer {
  readonly #path: string
  #running: Promise<void> | undefined

  constructor(path: string) {
    this.#path = path
  }

  maybeStart(): void {
    if (this.#running !== undefined || walPages(this.#path) < CHECKPOINT_PAGES) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#running = promise
    const worker = new Worker(CHECKPOINT_SOURCE, { eval: true, workerData: this.#path })
    worker.unref()
    worker.once('exit', () => {
      this.#running = undefined
      resolve()
    })
    worker.once('error', () => {}) // The log only stays longer; the next flush tries again.
  }

  async idle(): Promise<void> {
    await this.#running
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
