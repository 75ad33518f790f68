import { closeSync, fdatasync, openSync } from 'node:fs'
import { SystemError } from '#lib/errors'

/** One fdatasync at a time; whoever asks while one runs shares the next. */
export class Flusher {
  readonly #path: string
  #fd: number | undefined
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined

  constructor(path: string) {
    this.#path = path
  }

  flush(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#sync().finally(() => {
        this.#running = undefined
      })
      return this.#running
    }
    this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = undefined
        return this.flush()
      })
    return this.#next
  }

  #sync(): Promise<void> {
    this.#fd ??= openSync(this.#path, 'r+')
    const fd = this.#fd
    return new Promise((resolve, reject) => {
      fdatasync(fd, error => {
        if (error === null) resolve()
        else reject(new SystemError(`cannot write ${this.#path} to disk: ${error.message}`, { cause: error }))
      })
    })
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
  }
}
