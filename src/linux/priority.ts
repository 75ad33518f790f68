import { readdirSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'

/** Nice values (sched(7)): of the thread that answers requests, and of those that inflate and write for it. */
const FOREGROUND_NICE = -5
const BACKGROUND_NICE = 10
const ORDINARY_NICE = 0

/**
 * Lets this thread go first when the processors are busy: it has little to do and somebody waits for it. Without the
 * right to it everything stays as it is.
 */
export function putThisThreadFirst(): void {
  trySetPriority(process.pid, FOREGROUND_NICE)
}

/** Puts every other thread of this process last: they work on what takes long anyway. New ones begin as ours. */
export function putOtherThreadsLast(): void {
  for (const name of readdirSync('/proc/self/task')) {
    const thread = Number(name)
    if (thread !== process.pid) trySetPriority(thread, BACKGROUND_NICE)
  }
}

/** Runs `start`, which starts a process: what runs as a child is none of this thread's business and no more urgent. */
export function atOrdinaryPriority<T>(start: () => T): T {
  const own = getPriority(process.pid)
  if (own >= ORDINARY_NICE) return start()
  trySetPriority(process.pid, ORDINARY_NICE)
  try {
    return start()
  } finally {
    trySetPriority(process.pid, own)
  }
}

function trySetPriority(thread: number, nice: number): void {
  try {
    setPriority(thread, nice)
  } catch {
    // No right to it, or a thread that has ended.
  }
}
