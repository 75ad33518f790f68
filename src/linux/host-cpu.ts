import { readFileSync } from 'node:fs'

/** USER_HZ, which is 100 for every user space of Linux. */
const NANOS_PER_TICK = 10_000_000
/** user, nice, system, idle, iowait, irq, softirq: guest time is in user time already. See proc_stat(5). */
const COUNTED_FIELDS = 7

/** What all processors have spent since the boot, idle or not, in nanoseconds, and how many there are. */
export function hostCpu(): { readonly nanos: number; readonly online: number } {
  const lines = readFileSync('/proc/stat', 'utf8').split('\n')
  const ticks = (lines[0] ?? '')
    .split(/\s+/)
    .slice(1, 1 + COUNTED_FIELDS)
    .map(Number)
  return {
    nanos: ticks.reduce((sum, count) => sum + count, 0) * NANOS_PER_TICK,
    online: lines.filter(line => /^cpu\d/.test(line)).length,
  }
}
