import { Unavailable } from '#lib/errors'

/** How long an upload may stand still while somebody waits for the container that it holds. */
const STALL_MAX_MS = 15_000
const LOOK_MS = 1000

/** Ends work that gets no further while others wait for what it holds; alone it may take as long as it likes. */
export class StallWatch implements Disposable {
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout
  #movedAt = performance.now()

  constructor(isWanted: () => boolean, { stallMs = STALL_MAX_MS, lookMs = LOOK_MS } = {}) {
    this.#timer = setInterval(() => {
      if (!isWanted()) this.moved()
      else if (performance.now() - this.#movedAt > stallMs) this.#controller.abort(stalled(stallMs))
    }, lookMs)
    this.#timer.unref()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  moved(): void {
    this.#movedAt = performance.now()
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}

function stalled(millis: number): Unavailable {
  return new Unavailable(`nothing came for ${millis / 1000} seconds, and somebody waits for the container`, {
    fix: 'copy again',
  })
}
