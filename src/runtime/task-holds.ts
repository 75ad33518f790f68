import { closeSync } from 'node:fs'
import { errorCode } from '#lib/errors'
import { exitCodeOf, openFifoForReading, Pidfd } from '#linux'
import type { TaskFolder } from './monitor/task-folder.ts'
import type { TaskExit } from './task.ts'

interface Held {
  readonly pipes: readonly number[]
  readonly process: Pidfd | undefined
}

/**
 * Keeps what the kernel would forget of running tasks between two monitors: the output pipes, which lose what is in
 * them when nobody has them open, and the processes, whose exit codes are gone once somebody else has reaped them.
 * Nothing is ever read through the pipes.
 */
export class TaskHolds implements Disposable {
  readonly #held = new Map<string, Held>()

  /** Tasks with a terminal have no pipes. */
  hold(id: string, folder: TaskFolder, { pid, startTime }: { readonly pid: number; readonly startTime: number }): void {
    if (this.#held.has(id)) return
    const pipes = [openIfThere(folder.stream('stdout')), openIfThere(folder.stream('stderr'))].flat()
    this.#held.set(id, { pipes, process: Pidfd.open(pid, startTime) })
  }

  /** The exit with the code that no monitor has seen, where this process could hold on to it. */
  completed(id: string, exit: TaskExit): TaskExit {
    if (exit.error === undefined) return exit
    const status = this.#held.get(id)?.process?.exitStatus()
    if (status === undefined) return exit
    const { error: _, ...known } = exit
    return { ...known, code: exitCodeOf(status) }
  }

  release(id: string): void {
    const held = this.#held.get(id)
    for (const fd of held?.pipes ?? []) closeSync(fd)
    held?.process?.[Symbol.dispose]()
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
