import { InvalidArgument } from '#lib/errors'
import type { SpecMount } from '#oci'

const DEFAULTS = ['noexec', 'nosuid', 'nodev', 'rprivate']

/** Options of which each takes the other's place. */
const OPPOSITES: ReadonlyMap<string, string> = new Map(
  [
    ['ro', 'rw'],
    ['exec', 'noexec'],
    ['suid', 'nosuid'],
    ['dev', 'nodev'],
    ['sync', 'async'],
    ['atime', 'noatime'],
    ['diratime', 'nodiratime'],
    ['relatime', 'norelatime'],
    ['strictatime', 'nostrictatime'],
  ].flatMap(([one = '', other = '']) => [[one, other] as const, [other, one] as const]),
)
const WORDS = new Set(['defaults', 'dirsync', 'remount', 'mand', 'nomand', ...OPPOSITES.keys()])
const PROPAGATIONS = new Set([
  'private',
  'rprivate',
  'shared',
  'rshared',
  'slave',
  'rslave',
  'unbindable',
  'runbindable',
])
const VALUES = new Set(['size', 'mode', 'uid', 'gid', 'nr_inodes', 'nr_blocks', 'mpol'])

/** `--tmpfs DESTINATION:OPTIONS`: Docker's defaults, over which later options win. @throws InvalidArgument in its words */
export function tmpfsMount(destination: string, options: string): SpecMount {
  const asked = options === '' ? [] : options.split(',')
  const chosen = asked.reduce(withOption, DEFAULTS).filter(option => option !== 'defaults')
  return { destination, type: 'tmpfs', source: 'tmpfs', options: chosen }
}

function withOption(options: readonly string[], option: string): string[] {
  const [name = ''] = option.split('=', 1)
  const isValue = option.includes('=') && VALUES.has(name)
  if (!isValue && !WORDS.has(option) && !PROPAGATIONS.has(option)) {
    throw new InvalidArgument(`invalid tmpfs option ${JSON.stringify(option)}`)
  }
  const replaces = (other: string) =>
    other === option ||
    OPPOSITES.get(option) === other ||
    (isValue && other.startsWith(`${name}=`)) ||
    (PROPAGATIONS.has(option) && PROPAGATIONS.has(other))
  return [...options.filter(other => !replaces(other)), option]
}
