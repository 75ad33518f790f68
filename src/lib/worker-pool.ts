import type { Worker } from 'node:worker_threads'
import { Cancelled, type ErrorKind, GantryError, SystemError } from './errors.ts'

/** Threads are ended when they had nothing to do for this long: each costs some ten megabytes. */
const IDLE_MS = 1000

/** What a worker's thread sends back. Errors do not survive the way between threads with their kind. */
export type WorkerAnswer<Result> =
  | { readonly result: Result }
  | { readonly error: { readonly kind: ErrorKind; readonly message: string; readonly fix?: string } }

interface Job<Request, Result> {
  readonly request: Request
  readonly signal: AbortSignal | undefined
  readonly answer: PromiseWithResolvers<Result>
}

/**
 * Threads for work that would hold up the event loop. At most `size` run at once, started when they are needed; the
 * rest of the work waits in order. An aborted job ends its thread, which is the one sure way to stop it.
 */
export class WorkerPool<Request, Result> implements AsyncDisposable {
  readonly #start: () => Worker
  readonly #size: number
  readonly #idle: { readonly worker: Worker; readonly timer: NodeJS.Timeout }[] = []
  readonly #busy = new Set<Worker>()
  readonly #waiting: Job<Request, Result>[] = []
  readonly #onQuiet: () => void

  /** @param onQuiet called when the last thread has ended for want of work */
  constructor(size: number, start: () => Worker, onQuiet: () => void = () => {}) {
    this.#size = size
    this.#start = start
    this.#onQuiet = onQuiet
  }

  run(request: Request, signal?: AbortSignal): Promise<Result> {
    const answer = Promise.withResolvers<Result>()
    if (signal?.aborted) answer.reject(new Cancelled('the work was cancelled'))
    else {
      this.#waiting.push({ request, signal, answer })
      this.#next()
    }
    return answer.promise
  }

  #next(): void {
    if (this.#busy.size >= this.#size) return
    const job = this.#waiting.shift()
    if (job === undefined) return
    if (job.signal?.aborted) {
      job.answer.reject(new Cancelled('the work was cancelled'))
      this.#next()
      return
    }
    this.#perform(this.#worker(), job)
  }

  #worker(): Worker {
    const idle = this.#idle.pop()
    if (idle === undefined) return this.#start()
    clearTimeout(idle.timer)
    idle.worker.removeAllListeners('error')
    idle.worker.removeAllListeners('exit')
    return idle.worker
  }

  #perform(worker: Worker, { request, signal, answer }: Job<Request, Result>): void {
    this.#busy.add(worker)
    const settle = (isReusable: boolean) => {
      worker.removeAllListeners('message')
      worker.removeAllListeners('error')
      worker.removeAllListeners('exit')
      signal?.removeEventListener('abort', onAbort)
      this.#busy.delete(worker)
      if (isReusable) this.#rest(worker)
      this.#next()
    }
    const onAbort = () => {
      settle(false)
      // Only then: whoever is told cleans up, and the thread must not write any more.
      void worker.terminate().finally(() => answer.reject(new Cancelled('the work was cancelled')))
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    worker.once('message', (message: WorkerAnswer<Result>) => {
      settle(true)
      if ('result' in message) answer.resolve(message.result)
      else answer.reject(new GantryError(message.error.kind, message.error.message, fixOf(message.error)))
    })
    worker.once('error', error => {
      settle(false)
      answer.reject(new SystemError(`a worker thread failed: ${String(error)}`, { cause: error }))
    })
    worker.once('exit', () => {
      settle(false)
      answer.reject(new SystemError('a worker thread ended before its work was done'))
    })
    worker.ref()
    worker.postMessage(request)
  }

  #rest(worker: Worker): void {
    const timer = setTimeout(() => {
      // Off the list at once: ending takes a while, and nobody must be given a thread that is on its way out.
      this.#forget(worker)
      void worker.terminate()
    }, IDLE_MS)
    timer.unref()
    worker.unref()
    worker.once('error', () => {}) // The exit that follows takes it off the list.
    worker.once('exit', () => {
      this.#forget(worker)
      if (this.#idle.length === 0 && this.#busy.size === 0) this.#onQuiet()
    })
    this.#idle.push({ worker, timer })
  }

  #forget(worker: Worker): void {
    const at = this.#idle.findIndex(idle => idle.worker === worker)
    if (at >= 0) this.#idle.splice(at, 1)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { timer } of this.#idle) clearTimeout(timer)
    await Promise.all([...this.#idle.map(idle => idle.worker), ...this.#busy].map(worker => worker.terminate()))
  }
}

function fixOf(error: { readonly fix?: string }): { fix?: string } {
  return error.fix === undefined ? {} : { fix: error.fix }
}
