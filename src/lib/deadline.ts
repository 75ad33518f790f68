import { nowNanos, type UnixNanos } from './time.ts'

/** Node's timers fire at once where they are to wait longer than this, which is more than three weeks. */
const TIMER_MAX_MS = 2 ** 31 - 1

/** Calls `then` at `time`, however far that is, and at once where it has passed; disposing of it calls it off. */
export function atTime(time: UnixNanos, then: () => void): Disposable {
  let timer: NodeJS.Timeout | undefined
  const arm = () => {
    const left = time - nowNanos()
    if (left <= 0n) return then()
    timer = setTimeout(arm, Math.min(Number(left / 1_000_000n) + 1, TIMER_MAX_MS))
  }
  arm()
  return { [Symbol.dispose]: () => clearTimeout(timer) }
}
