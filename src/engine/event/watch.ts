import { atTime } from '#lib/deadline'
import { Unavailable } from '#lib/errors'
import type { UnixNanos } from '#lib/time'
import { nowNanos } from '#lib/time'
import type { EngineDeps } from '../deps.ts'
import type { EngineEvent } from './events.ts'
import { type EventFilters, eventTest } from './filter.ts'

export interface WatchOptions {
  /** Where the replay of what has happened begins; without it and `until` there is none. */
  readonly since: UnixNanos | undefined
  /** The end; one that has passed asks for the replay alone. */
  readonly until: UnixNanos | undefined
  readonly filters: EventFilters
  readonly signal: AbortSignal
}

/** Events that wait for one reader. */
const WAITING_MAX = 4096

/**
 * Events from now on, before them those of the past that are asked for, each exactly once and in order. They are kept
 * from the moment of this call. Ends at `until` and when `signal` fires.
 * @throws InvalidArgument (filters) at once; Unavailable while reading, where the reader is too slow: rather the end
 * than a gap that nobody notices
 */
export function watchEvents(
  { events }: Pick<EngineDeps, 'events'>,
  options: WatchOptions,
): AsyncGenerator<EngineEvent> {
  const isWanted = eventTest(options.filters)
  const past = pastEvents(events.history(), options).filter(isWanted)
  if (options.until !== undefined && options.until <= nowNanos()) return replay(past)
  const waiting = [...past]
  const state: { wake: () => void; isBehind: boolean } = { wake: () => {}, isBehind: false }
  const subscription = events.subscribe(event => {
    if (!isWanted(event) || state.isBehind) return
    state.isBehind = waiting.push(event) > WAITING_MAX
    state.wake()
  })
  return follow(waiting, state, subscription, options)
}

async function* replay(past: readonly EngineEvent[]): AsyncGenerator<EngineEvent> {
  yield* past
}

async function* follow(
  waiting: EngineEvent[],
  state: { wake: () => void; readonly isBehind: boolean },
  subscription: Disposable,
  { until, signal }: WatchOptions,
): AsyncGenerator<EngineEvent> {
  using _subscription = subscription
  const ended = new AbortController()
  const end = AbortSignal.any([signal, ended.signal])
  using _timer = until === undefined ? undefined : atTime(until, () => ended.abort())
  end.addEventListener('abort', () => state.wake(), { once: true })
  while (!signal.aborted) {
    if (state.isBehind) throw new Unavailable(`more than ${WAITING_MAX} events wait for a reader that is too slow`)
    const event = waiting.shift()
    if (event !== undefined) yield event
    else if (ended.signal.aborted) return
    else {
      const { promise, resolve } = Promise.withResolvers<void>()
      state.wake = resolve
      await promise
    }
  }
}

function pastEvents(history: readonly EngineEvent[], { since, until }: WatchOptions): readonly EngineEvent[] {
  if (since === undefined && until === undefined) return []
  return history.filter(({ time }) => time >= (since ?? 0n) && (until === undefined || time <= until))
}
