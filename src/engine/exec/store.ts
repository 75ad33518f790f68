import { Conflict, NotFound } from '#lib/errors'
import type { Exec, ExecRecord, ExecState } from './record.ts'

/** Created and running ones of a container; whoever has more forgets to start them. */
const LIVE_MAX = 4096
/** What has ended is told for so long, as with Docker (five to ten minutes). */
const ENDED_KEPT_MS = 10 * 60_000
/** And for no more of them than this. */
const ENDED_KEPT_MAX = 4096
/**
 * Ended ones whose exit code the exec root keeps for the next daemon; those of others this one knows alone. They take
 * memory: two small files each.
 */
const FOLDERS_KEPT_MAX = 512

interface Entry {
  exec: Exec
  /** On the monotonic clock. */
  endedAt: number
}

/** Execs of running containers, and for a while those that have ended. Nothing of it is durable: execs end with a boot. */
export class ExecStore {
  /** In the order of their ends, behind those that live. */
  readonly #ended = new Map<string, Entry>()
  readonly #live = new Map<string, Exec>()
  readonly #ends = new Map<string, Promise<void>>()
  readonly #folders = new Map<string, ExecRecord>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** By whole id, as with Docker. @throws NotFound in Docker's words */
  find(id: string): Exec {
    this.#forgetOld()
    const exec = this.#live.get(id) ?? this.#ended.get(id)?.exec
    if (exec === undefined) throw new NotFound(`No such exec instance: ${id}`)
    return exec
  }

  /** @throws Conflict where the container has too many that have not ended */
  add(record: ExecRecord, state: ExecState = { status: 'created' }): void {
    if (state.status !== 'ended' && this.liveOf(record.container).length >= LIVE_MAX) {
      throw new Conflict(`container ${record.container} has ${LIVE_MAX} execs that have not ended`, {
        fix: 'start or end some of them: one that was created and is not started stays as long as its container runs',
      })
    }
    this.put(record, state)
  }

  put(record: ExecRecord, state: ExecState): void {
    if (state.status !== 'ended') {
      this.#live.set(record.id, { record, state })
      return
    }
    this.#live.delete(record.id)
    this.#ended.set(record.id, { exec: { record, state }, endedAt: this.#now() })
    this.#forgetOld()
  }

  /** Those of a container that have not ended. */
  liveOf(container: string): Exec[] {
    return [...this.#live.values()].filter(({ record }) => record.container === container)
  }

  /** Remembers that somebody records the end of a running exec. */
  follow(id: string, ended: Promise<void>): void {
    this.#ends.set(id, ended)
    void ended.then(() => this.#ends.delete(id))
  }

  /** Resolves when every exec that ran in a container has its end recorded. */
  async allEnded(container: string): Promise<void> {
    await Promise.all(this.liveOf(container).flatMap(({ record }) => this.#ends.get(record.id) ?? []))
  }

  /** Remembers that the exec root keeps an ended exec. @returns those that it need not keep any more */
  keepFolder(record: ExecRecord): ExecRecord[] {
    this.#folders.set(record.id, record)
    const surplus = [...this.#folders.values()].slice(0, Math.max(0, this.#folders.size - FOLDERS_KEPT_MAX))
    for (const { id } of surplus) this.#folders.delete(id)
    return surplus
  }

  /** The container's task is gone, with all folders in it; what was never started never will be. */
  taskEnded(container: string): void {
    for (const [id, record] of this.#folders) if (record.container === container) this.#folders.delete(id)
    for (const { record, state } of this.liveOf(container)) if (state.status === 'created') this.#live.delete(record.id)
  }

  /** The container is gone. */
  forget(container: string): void {
    for (const { record } of this.liveOf(container)) this.#live.delete(record.id)
    for (const [id, { exec }] of this.#ended) if (exec.record.container === container) this.#ended.delete(id)
  }

  #forgetOld(): void {
    const oldest = this.#now() - ENDED_KEPT_MS
    for (const [id, { endedAt }] of this.#ended) {
      if (endedAt >= oldest && this.#ended.size <= ENDED_KEPT_MAX) return
      this.#ended.delete(id)
    }
  }
}
