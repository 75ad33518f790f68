import { readFileSync } from 'node:fs'
import { madvise, mallocTrim } from './ffi.ts'

const MADV_DONTNEED = 4

/**
 * Lets go of pages of program files that only starting up needed: code and constants that are on the disk anyway and
 * come back from the page cache when they are touched. Half of what a fresh Node process holds is of that kind.
 * Only mappings are touched that nothing was ever written into; see madvise(2), MADV_DONTNEED.
 */
export function releaseStartupPages(): void {
  for (const { start, length } of cleanFileMappings(readFileSync('/proc/self/smaps', 'utf8'))) {
    madvise(start, length, MADV_DONTNEED)
  }
}

/** Gives back what earlier work left behind: memory that is free again, and pages of programs that it has read in. */
export function releaseUnusedMemory(): void {
  mallocTrim(0)
  releaseStartupPages()
}

/** Read-only mappings of files without a page of their own (proc_pid_smaps(5)). */
export function cleanFileMappings(smaps: string): { readonly start: bigint; readonly length: number }[] {
  const found: { start: bigint; length: number }[] = []
  let current: { start: bigint; length: number } | undefined
  for (const line of smaps.split('\n')) {
    const head = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \d+\s*(.*)$/.exec(line)
    if (head !== null) {
      const [, from = '0', to = '0', permissions = '', path = ''] = head
      const start = BigInt(`0x${from}`)
      const isFile = path.startsWith('/') && !path.endsWith(' (deleted)')
      const isFixed = permissions === 'r-xp' || permissions === 'r--p'
      current = isFile && isFixed ? { start, length: Number(BigInt(`0x${to}`) - start) } : undefined
    } else if (current !== undefined && line.startsWith('Anonymous:')) {
      if (/^Anonymous:\s+0 kB/.test(line)) found.push(current)
      current = undefined
    }
  }
  return found
}
