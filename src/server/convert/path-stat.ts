import { encodePathStat, GO_MODE, PATH_STAT_HEADER } from '#api'
import { formatRfc3339Nano } from '#lib/time'
import type { PathFacts } from '../backends.ts'

/** stat(2)'s types of files in Go's words; a regular file has none. */
const TYPES: ReadonlyMap<number, number> = new Map([
  [0o010000, GO_MODE.namedPipe],
  [0o020000, GO_MODE.device + GO_MODE.charDevice],
  [0o040000, GO_MODE.dir],
  [0o060000, GO_MODE.device],
  [0o120000, GO_MODE.symlink],
  [0o140000, GO_MODE.socket],
])

const S_IFMT = 0o170000
const SPECIAL = [
  [0o4000, GO_MODE.setuid],
  [0o2000, GO_MODE.setgid],
  [0o1000, GO_MODE.sticky],
] as const

/** The header that tells of a path in a container. */
export function pathStatHeader({ name, size, mode, mtime, linkTarget }: PathFacts): Record<string, string> {
  const stat = { name, size: Number(size), mode: goMode(mode), mtime: formatRfc3339Nano(mtime), linkTarget }
  return { [PATH_STAT_HEADER]: encodePathStat(stat) }
}

/** Go's fs.FileMode. Sums: the highest bit is beyond the numbers that `|` takes. */
export function goMode(mode: number): number {
  const special = SPECIAL.reduce((sum, [bit, go]) => sum + ((mode & bit) === 0 ? 0 : go), 0)
  return (mode & 0o777) + special + (TYPES.get(mode & S_IFMT) ?? 0)
}
