import { Failure } from '../failure.ts'
import { int, string } from '../flags/kinds.ts'
import { SIGNALS } from './signals.ts'

/** How a container is ended, of `stop` and `restart`. */
export const STOP_FLAGS = {
  signal: string('Signal to send to the container', { short: 's', values: SIGNALS }),
  time: int('Seconds to wait before killing the container', { hidden: true, deprecated: 'use --timeout instead' }),
  timeout: int('Seconds to wait before killing the container', { short: 't' }),
}

/** @throws Failure where both spellings of the time are given */
export function stopQuery(
  flags: { readonly signal: string; readonly time: number; readonly timeout: number },
  given: ReadonlySet<string>,
): { readonly signal?: string; readonly t?: number } {
  if (given.has('time') && given.has('timeout')) {
    throw new Failure('conflicting options: cannot specify both --timeout and --time')
  }
  return {
    ...(flags.signal === '' ? {} : { signal: flags.signal }),
    ...(given.has('timeout') ? { t: flags.timeout } : {}),
    ...(given.has('time') ? { t: flags.time } : {}),
  }
}
