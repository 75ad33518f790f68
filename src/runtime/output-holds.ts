import { closeSync } from 'node:fs'
import { errorCode } from '#lib/errors'
import { openFifoForReading } from '#linux'
import type { TaskFolder } from './monitor/task-folder.ts'

/**
 * Keeps the output pipes of running tasks open. A pipe that nobody has open forgets what is in it: without this, the
 * last words of a task that ends between two monitors would be lost. Nothing is ever read through these.
 */
export class OutputHolds implements Disposable {
  readonly #held = new Map<string, readonly number[]>()

  /** Tasks with a terminal have no pipes. */
  hold(id: string, folder: TaskFolder): void {
    if (this.#held.has(id)) return
    this.#held.set(id, [openIfThere(folder.stream('stdout')), openIfThere(folder.stream('stderr'))].flat())
  }

  release(id: string): void {
    for (const fd of this.#held.get(id) ?? []) closeSync(fd)
    this.#held.delete(id)
  }

  [Symbol.dispose](): void {
    for (const id of [...this.#held.keys()]) this.release(id)
  }
}

function openIfThere(path: string): number[] {
  try {
    return [openFifoForReading(path)]
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
}
