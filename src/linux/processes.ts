import { readdirSync, readFileSync } from 'node:fs'

/** Ids of processes whose arguments hold `args` one after the other; those that end meanwhile are left out. */
export function processesWith(args: readonly string[]): number[] {
  const wanted = `\0${args.join('\0')}\0`
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => `\0${commandLine(pid)}`.includes(wanted))
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
