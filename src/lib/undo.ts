/**
 * What was acquired on the way, released in reverse order unless the whole work succeeded.
 *
 *   await using undo = new UndoStack()
 *   const net = await undo.own(join(...), net => leave(net))
 *   ...
 *   undo.keep()
 *
 * Undo steps run even where an earlier one fails; their failures come together in one AggregateError.
 */
export class UndoStack implements AsyncDisposable {
  #steps: (() => void | PromiseLike<void>)[] = []

  /** Registers the release of something that is already held. */
  defer(release: () => void | PromiseLike<void>): void {
    this.#steps.push(release)
  }

  /** Waits for `acquired` and registers its release on the same line. */
  async own<T>(acquired: T | Promise<T>, release: (value: T) => void | PromiseLike<void>): Promise<T> {
    const value = await acquired
    this.#steps.push(() => release(value))
    return value
  }

  /** The work succeeded: nothing is undone. */
  keep(): void {
    this.#steps = []
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const steps = this.#steps.reverse()
    this.#steps = []
    const failures: unknown[] = []
    for (const step of steps) {
      try {
        await step()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length === 1) throw failures[0]
    if (failures.length > 1) throw new AggregateError(failures, 'several steps of the roll-back failed')
  }
}
