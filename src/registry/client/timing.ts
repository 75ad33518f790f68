import { setTimeout } from 'node:timers/promises'
import { Cancelled } from '#lib/errors'

/** Every wait of the client; times in milliseconds. Tests have their own clock. */
export interface Timing {
  /** To open a connection, TLS included. */
  readonly connect: number
  /** From the end of a request to the beginning of its answer. */
  readonly headers: number
  /** Within it, at least `STALL_BYTES` of a body must come. */
  readonly stall: number
  /** The wait before the second try; it doubles from try to try, up to `backoffMax`. */
  readonly backoff: number
  readonly backoffMax: number
  /** A server that asks for a longer wait than this is not waited for. */
  readonly retryAfterMax: number
  /** A clock that never goes back. */
  now(): number
  /** From 0 to 1. */
  random(): number
  sleep(millis: number, signal: AbortSignal | undefined): Promise<void>
}

/** Bytes that show that a body is still coming: a server that sends one byte a second is as good as dead. */
export const STALL_BYTES = 4096

/** Tries of one request, the first one included. */
export const TRIES = 5

export const DEFAULT_TIMING: Timing = {
  connect: 30_000,
  headers: 60_000,
  stall: 30_000,
  backoff: 500,
  backoffMax: 15_000,
  retryAfterMax: 60_000,
  now: () => performance.now(),
  random: Math.random,
  async sleep(millis, signal) {
    try {
      await setTimeout(millis, undefined, signal === undefined ? {} : { signal })
    } catch (error) {
      throw new Cancelled('cancelled while waiting to try again', { cause: error })
    }
  },
}
