import { readFileSync } from 'node:fs'
import { inNetworkNamespace } from './namespaces.ts'

export interface LinkCounters {
  readonly name: string
  readonly received: DirectionCounters
  readonly sent: DirectionCounters
}

export interface DirectionCounters {
  readonly bytes: number
  readonly packets: number
  readonly errors: number
  readonly dropped: number
}

/** Fields of one direction in a line of /proc/net/dev. */
const FIELDS = 8

/** What went through the links of the network namespace at `path`, but its loopback. */
export function linkCounters(path: string): LinkCounters[] {
  // Of the thread that has changed its namespace: /proc/net is that of the process.
  const text = inNetworkNamespace(path, () => readFileSync('/proc/thread-self/net/dev', 'utf8'))
  return text.split('\n').flatMap(line => {
    const match = /^\s*(\S+):\s*(.*)$/.exec(line)
    if (match === null || match[1] === undefined || match[1] === 'lo') return []
    const counts = (match[2] ?? '').split(/\s+/).map(Number)
    return [{ name: match[1], received: direction(counts), sent: direction(counts.slice(FIELDS)) }]
  })
}

function direction([bytes = 0, packets = 0, errors = 0, dropped = 0]: readonly number[]): DirectionCounters {
  return { bytes, packets, errors, dropped }
}
