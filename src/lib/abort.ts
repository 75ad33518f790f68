import { Cancelled } from './errors.ts'

/** @throws Cancelled where `signal` was aborted; `doing` says what ends with it. */
export function throwIfAborted(signal: AbortSignal | undefined, doing: string): void {
  if (signal?.aborted) throw new Cancelled(`${doing}: cancelled`, { cause: signal.reason })
}

/** Waits for `promise`, or throws Cancelled; `late` gets a result that comes after that. */
export async function abortable<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  doing: string,
  late: (value: T) => void,
): Promise<T> {
  if (signal === undefined) return await promise
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(new Cancelled(`${doing}: cancelled`, { cause: signal.reason }))
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    throwIfAborted(signal, doing)
    return await Promise.race([promise, aborted])
  } catch (error) {
    promise.then(late, () => {})
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
