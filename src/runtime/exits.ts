import { NotFound } from '#lib/errors'
import type { TaskExit } from './task.ts'

/** The ends of tasks and execs, which are awaited before and after they come. */
export class Exits {
  readonly #exits = new Map<string, PromiseWithResolvers<TaskExit>>()

  expect(id: string): void {
    if (!this.#exits.has(id)) this.#exits.set(id, Promise.withResolvers())
  }

  /** Nothing for what is not expected. */
  settle(id: string, exit: TaskExit): void {
    this.#exits.get(id)?.resolve(exit)
  }

  of(id: string): Promise<TaskExit> {
    const exit = this.#exits.get(id)
    return exit === undefined ? Promise.reject(new NotFound(`no such task: ${id}`)) : exit.promise
  }

  forget(id: string): void {
    this.#exits.delete(id)
  }

  ids(): string[] {
    return [...this.#exits.keys()]
  }
}
