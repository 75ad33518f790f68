/** What a process holds, as /proc tells it. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { TestEngine } from './engine.ts'

/** The pids of the monitors of an engine: one, unless something is wrong. */
export function monitorPids(engine: TestEngine): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(pid => {
      const args = commandLine(pid)
      return args.includes('monitor') && args.includes(engine.execRoot)
    })
}

/** Where the descriptors of a process lead. */
export function descriptors(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap(fd => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)]
    } catch {
      return [] // Closed meanwhile.
    }
  })
}

/** Bytes of memory of a process. */
export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}

/** Waits until something is so, looking now and again; for what announces itself to nobody. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, millis = 10_000): Promise<void> {
  for (const end = Date.now() + millis; Date.now() < end; await delay(25)) if (await holds()) return
  throw new Error(`not within ${millis} ms: ${what}`)
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}
