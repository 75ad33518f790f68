import { closeSync, readSync, writeSync } from 'node:fs'
import { checked, pipe2, poll } from './ffi.ts'
import { type Pidfd, pollSet } from './pidfd.ts'

const O_CLOEXEC_NONBLOCK = 0o2004000
const POLL_EVENT_OFFSET = 6
const POLL_ENTRY_BYTES = 8

/**
 * Tells when processes end that are not our children. One poll(2) waits for all of them on one thread; a pipe wakes
 * it when another process joins. The thread exists only while there is something to wait for.
 */
export class ProcessWatcher implements Disposable {
  readonly #watched = new Map<Pidfd, () => void>()
  readonly #wakeRead: number
  readonly #wakeWrite: number
  #polling = false
  #closed = false

  constructor() {
    const ends = Buffer.alloc(8)
    checked(pipe2(ends, O_CLOEXEC_NONBLOCK), 'pipe2')
    this.#wakeRead = ends.readInt32LE(0)
    this.#wakeWrite = ends.readInt32LE(4)
  }

  /** Resolves when the process has ended. */
  ended(process: Pidfd): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#watched.set(process, resolve)
    if (this.#polling) writeSync(this.#wakeWrite, 'x')
    else this.#poll()
    return promise
  }

  #poll(): void {
    const processes = [...this.#watched.keys()]
    if (processes.length === 0 || this.#closed) return
    this.#polling = true
    const set = pollSet([this.#wakeRead, ...processes.map(process => process.descriptor)])
    poll.async(set, processes.length + 1, -1, () => {
      this.#polling = false
      this.#drainWakeUps()
      processes.forEach((process, at) => {
        if (set.readInt16LE((at + 1) * POLL_ENTRY_BYTES + POLL_EVENT_OFFSET) !== 0) this.#tell(process)
      })
      if (this.#closed) this.#closePipe()
      else this.#poll()
    })
  }

  #tell(process: Pidfd): void {
    const resolve = this.#watched.get(process)
    this.#watched.delete(process)
    resolve?.()
  }

  #drainWakeUps(): void {
    try {
      readSync(this.#wakeRead, Buffer.alloc(4096))
    } catch {
      // Empty: a process ended, nobody joined.
    }
  }

  #closePipe(): void {
    closeSync(this.#wakeRead)
    closeSync(this.#wakeWrite)
  }

  [Symbol.dispose](): void {
    this.#closed = true
    this.#watched.clear()
    if (this.#polling) writeSync(this.#wakeWrite, 'x')
    else this.#closePipe()
  }
}
