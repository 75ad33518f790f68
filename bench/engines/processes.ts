import { readdirSync, readFileSync } from 'node:fs'

/** Every process of this host as pid → parent and command line. */
export function processTable(): Map<number, { readonly parent: number; readonly command: string }> {
  const table = new Map<number, { parent: number; command: string }>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
      table.set(pid, { parent, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') })
    } catch {
      // It ended meanwhile.
    }
  }
  return table
}

/** A process and all below it. */
export function tree(root: number): number[] {
  const table = processTable()
  const within = (pid: number): boolean => pid === root || within_(table.get(pid)?.parent)
  const within_ = (parent: number | undefined): boolean => parent !== undefined && parent > 0 && within(parent)
  return [...table.keys()].filter(within)
}

/** Bytes that are resident, shared pages counted for each. */
export function residentBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return sum + Number(kib ?? 0) * 1024
  }, 0)
}
