import { constants } from 'node:os'
import { checked, errno, prctl, waitpid } from './ffi.ts'

const PR_SET_CHILD_SUBREAPER = 36
const WNOHANG = 1

/** How many exits of processes nobody has asked for yet are remembered; the oldest is forgotten first. */
const UNCLAIMED_MAX = 1024

/** How a process ended. */
export type WaitStatus =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signaled'; readonly signal: number }

/** 0-255 as a shell and Docker show it: 128 + signal for a killed process. */
export function exitCodeOf(status: WaitStatus): number {
  return status.kind === 'exited' ? status.code : 128 + status.signal
}

/**
 * Reaps every child of this process, orphans of descendants included. There is one per process, and no
 * `child_process` beside it: waitpid(-1) would steal that module's children.
 *
 * A container's init becomes our child when the runtime that made it exits, and may be dead before anyone has read
 * its process id; its status is kept until it is claimed with `wait`. Process ids are used again, within minutes on a
 * busy host: what ended before a `mark` is never taken for a process that was started after it.
 */
export class Reaper implements Disposable {
  readonly #waiting = new Map<number, (status: WaitStatus) => void>()
  readonly #unclaimed = new Map<number, { readonly status: WaitStatus; readonly order: number }>()
  #delivered = 0
  readonly #onChild = () => this.#reap()

  constructor() {
    checked(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 'prctl(PR_SET_CHILD_SUBREAPER)')
    process.on('SIGCHLD', this.#onChild)
  }

  /** To be taken before a process is started that is waited for later. */
  mark(): number {
    this.#reap()
    return this.#delivered
  }

  /** Waits for a child that was started after `since`, by process id; to be called once for each. */
  wait(pid: number, since: number): Promise<WaitStatus> {
    const { promise, resolve } = Promise.withResolvers<WaitStatus>()
    const early = this.#unclaimed.get(pid)
    this.#unclaimed.delete(pid)
    if (early !== undefined && early.order > since) {
      resolve(early.status)
      return promise
    }
    this.#waiting.set(pid, resolve)
    this.#reap()
    return promise
  }

  /** True for a process that is (still) a child of this one. */
  isChild(pid: number): boolean {
    return this.#waiting.has(pid) || this.#unclaimed.has(pid)
  }

  #reap(): void {
    const raw = Buffer.alloc(4)
    for (;;) {
      const pid = waitpid(-1, raw, WNOHANG)
      if (pid === 0) return
      if (pid < 0) {
        if (errno() === constants.errno.EINTR) continue
        return
      }
      const status = decodeStatus(raw.readInt32LE(0))
      if (status !== undefined) this.#deliver(pid, status)
    }
  }

  #deliver(pid: number, status: WaitStatus): void {
    this.#delivered++
    const waiting = this.#waiting.get(pid)
    if (waiting !== undefined) {
      this.#waiting.delete(pid)
      waiting(status)
      return
    }
    this.#unclaimed.delete(pid)
    this.#unclaimed.set(pid, { status, order: this.#delivered })
    for (const oldest of this.#unclaimed.keys()) {
      if (this.#unclaimed.size <= UNCLAIMED_MAX) break
      this.#unclaimed.delete(oldest)
    }
  }

  [Symbol.dispose](): void {
    process.off('SIGCHLD', this.#onChild)
  }
}

/** The macros of wait(2); undefined for "stopped" and "continued", which are not asked for. */
function decodeStatus(raw: number): WaitStatus | undefined {
  const signal = raw & 0x7f
  if (signal === 0) return { kind: 'exited', code: (raw >> 8) & 0xff }
  if (signal === 0x7f) return undefined
  return { kind: 'signaled', signal }
}
