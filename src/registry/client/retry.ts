import { RegistryUnavailable, type Trouble } from './failure.ts'
import { type Timing, TRIES } from './timing.ts'

export interface RetryOptions {
  /** Which troubles are worth another try. */
  readonly troubles: readonly Trouble[]
  /** Bytes got so far: tries that got on are not counted against the limit. */
  readonly progress?: () => number
  readonly signal: AbortSignal | undefined
}

/** Bytes that count as getting on: what breaks after less has not really worked. */
const PROGRESS_MIN = 1024 * 1024

/**
 * Tries `body` up to `TRIES` times (R27): the wait before each try doubles and is spread by chance, so that a thousand
 * clients of a server that fell over do not come back at once. A server that names a time is waited for, or, where that
 * is too long, not tried again.
 */
export async function retrying<T>(timing: Timing, options: RetryOptions, body: () => Promise<T>): Promise<T> {
  let tries = 0
  for (;;) {
    const before = options.progress?.() ?? 0
    try {
      return await body()
    } catch (error) {
      if (!(error instanceof RegistryUnavailable) || !options.troubles.includes(error.trouble)) throw error
      const got = (options.progress?.() ?? 0) - before
      tries = got >= PROGRESS_MIN ? 1 : tries + 1
      if (tries >= TRIES || (error.retryAfter ?? 0) > timing.retryAfterMax) throw error
      await timing.sleep(waitFor(timing, error.retryAfter, tries), options.signal)
    }
  }
}

/** Never earlier than the server said; who was told the same time comes back within half a second, not at once. */
function waitFor(timing: Timing, retryAfter: number | undefined, tries: number): number {
  return retryAfter === undefined ? backoff(timing, tries) : retryAfter + timing.random() * timing.backoff
}

/** From half of the full wait to the whole of it. */
function backoff(timing: Timing, tries: number): number {
  return Math.min(timing.backoffMax, timing.backoff * 2 ** (tries - 1)) * (0.5 + timing.random() / 2)
}
