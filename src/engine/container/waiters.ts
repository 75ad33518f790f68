import type { ContainerRecord } from './record.ts'

/** How a container ended, for those who waited. */
export interface WaitResult {
  readonly code: number
  readonly error: string
}

interface Waiter {
  readonly moment: 'exit' | 'removal'
  readonly resolve: (result: WaitResult) => void
}

/** Who waits for what of which container. Told by the exit and removal verbs once their work is done. */
export class Waiters {
  readonly #waiting = new Map<string, Set<Waiter>>()

  /** Resolves at the next exit or removal of the container; undefined when `signal` fires first. */
  wait(id: string, moment: Waiter['moment'], signal: AbortSignal): Promise<WaitResult | undefined> {
    return new Promise(resolve => {
      const waiter: Waiter = {
        moment,
        resolve: result => {
          signal.removeEventListener('abort', onAbort)
          resolve(result)
        },
      }
      const onAbort = () => {
        this.#waiting.get(id)?.delete(waiter)
        resolve(undefined)
      }
      if (signal.aborted) return onAbort()
      signal.addEventListener('abort', onAbort, { once: true })
      const present = this.#waiting.get(id) ?? new Set()
      this.#waiting.set(id, present.add(waiter))
    })
  }

  exited(record: ContainerRecord): void {
    this.#tell(record, 'exit')
  }

  /** Whoever still waits for an exit will not see one. */
  removed(record: ContainerRecord): void {
    this.#tell(record, 'removal')
    this.#tell(record, 'exit')
    this.#waiting.delete(record.id)
  }

  #tell(record: ContainerRecord, moment: Waiter['moment']): void {
    const waiting = this.#waiting.get(record.id)
    if (waiting === undefined) return
    const result = resultOf(record)
    for (const waiter of waiting) {
      if (waiter.moment !== moment) continue
      waiting.delete(waiter)
      waiter.resolve(result)
    }
    if (waiting.size === 0) this.#waiting.delete(record.id)
  }
}

/** The last exit of a container; a created one has none and counts as 0. */
export function resultOf({ state }: ContainerRecord): WaitResult {
  return state.status === 'running' ? { code: 0, error: '' } : { code: state.code, error: '' }
}
