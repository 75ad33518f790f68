import type { EngineDeps } from '../deps.ts'
import { isAlive } from './state.ts'
import { resultOf, type WaitResult } from './waiters.ts'

export type WaitCondition = 'not-running' | 'next-exit' | 'removed'

/**
 * Begins to wait; the wait itself is the promise in the result, so that a caller can say "I am waiting" before it
 * is over. Undefined comes out of it when `signal` fires first.
 * @throws NotFound
 */
export function waitContainer(
  deps: EngineDeps,
  nameOrId: string,
  condition: WaitCondition,
  signal: AbortSignal,
): { readonly result: Promise<WaitResult | undefined> } {
  const record = deps.containers.find(nameOrId)
  if (condition === 'not-running' && !isAlive(record)) return { result: Promise.resolve(resultOf(record)) }
  return { result: deps.waiters.wait(record.id, condition === 'removed' ? 'removal' : 'exit', signal) }
}
