import { EventEmitter } from 'node:events'
import { nowNanos, type UnixNanos } from '#lib/time'

/** What happened to an object, for whoever wants to know. Events tell; nothing in the engine depends on them. */
export interface EngineEvent {
  readonly type: 'container' | 'image' | 'network'
  /** Docker's word: `create`, `start`, `die`, `destroy`, `pull`, ... */
  readonly action: string
  readonly id: string
  readonly attributes: Readonly<Record<string, string>>
  readonly time: UnixNanos
}

/** Events kept for those who ask what has happened already. */
const HISTORY_MAX = 1024

export class Events {
  readonly #emitter = new EventEmitter().setMaxListeners(0)
  readonly #history: EngineEvent[] = []

  publish(event: Omit<EngineEvent, 'time'>): void {
    const whole = { ...event, time: nowNanos() }
    this.#history.push(whole)
    if (this.#history.length > HISTORY_MAX) this.#history.shift()
    this.#emitter.emit('event', whole)
  }

  /** Calls `listener` for every event from now on, until disposed of. */
  subscribe(listener: (event: EngineEvent) => void): Disposable {
    this.#emitter.on('event', listener)
    return { [Symbol.dispose]: () => void this.#emitter.off('event', listener) }
  }

  /** The last events, oldest first. */
  history(): readonly EngineEvent[] {
    return this.#history
  }
}
