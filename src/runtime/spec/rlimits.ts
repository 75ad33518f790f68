import { InvalidArgument } from '#lib/errors'
import { CAP_SYS_RESOURCE, HARD_LIMIT_NAMES, hardLimit, hasCapability } from '#linux'
import { type SpecRlimit, UNLIMITED } from '#oci'
import type { UlimitSettings } from './settings.ts'

/** Docker's since 29; older ones take what the daemon has. */
const OPEN_FILES = { soft: 1024, hard: 524_288 }

/** @throws InvalidArgument in Docker's words */
export function parseUlimit({ name, soft, hard }: UlimitSettings): UlimitSettings {
  if (!isName(name)) throw new InvalidArgument(`invalid ulimit type: ${name}`)
  const isAbove = hard !== -1 && (soft === -1 || soft > hard)
  if (!isAbove) return { name, soft, hard }
  throw new InvalidArgument(`ulimit soft limit must be less than or equal to hard limit: ${soft} > ${hard}`)
}

function isName(name: string): name is keyof typeof HARD_LIMIT_NAMES {
  return Object.hasOwn(HARD_LIMIT_NAMES, name)
}

/** What was asked for, and how many files may be open. @throws InvalidArgument for what this host may not give */
export function rlimits(asked: readonly UlimitSettings[]): SpecRlimit[] {
  const named = asked.map(parseUlimit)
  for (const ulimit of named) requireGivable(ulimit)
  const own = named.map(({ name, soft, hard }) => ({
    type: `RLIMIT_${name.toUpperCase()}`,
    soft: soft === -1 ? UNLIMITED : soft,
    hard: hard === -1 ? UNLIMITED : hard,
  }))
  return named.some(({ name }) => name === 'nofile') ? own : [...own, openFiles()]
}

/** Without CAP_SYS_RESOURCE a limit above our own hard one would refuse the start. */
function openFiles(): SpecRlimit {
  const most = hardLimit('Max open files') ?? Number.MAX_SAFE_INTEGER
  return { type: 'RLIMIT_NOFILE', soft: Math.min(OPEN_FILES.soft, most), hard: Math.min(OPEN_FILES.hard, most) }
}

/** The runtime's own words name neither limit nor reason. */
function requireGivable({ name, hard }: UlimitSettings): void {
  if (!isName(name) || hasCapability(CAP_SYS_RESOURCE)) return
  const most = hardLimit(HARD_LIMIT_NAMES[name])
  if (most === undefined || (hard !== -1 && hard <= most)) return
  const asked = hard === -1 ? 'unlimited' : String(hard)
  throw new InvalidArgument(
    `ulimit ${name}=${asked} is more than the ${most} that this daemon may give without CAP_SYS_RESOURCE`,
    { fix: `ask for at most ${most}, or raise the daemon's own hard limit` },
  )
}
