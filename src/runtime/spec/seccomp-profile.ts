/** Seccomp profiles in Docker's format: conditions on capabilities, architecture and kernel, which the runtime spec lacks. */
import { InvalidArgument } from '#lib/errors'
import { JsonValue } from '#lib/json-value'
import type { LinuxSeccomp, SeccompArchitecture, SeccompArgument, SeccompRule } from '#oci'

/** The field's largest profiles have a twentieth of it. */
const PROFILE_MAX_BYTES = 1024 * 1024
const RULES_MAX = 10_000
const NAMES_MAX = 10_000

const ACTIONS = [
  ...['SCMP_ACT_KILL', 'SCMP_ACT_KILL_PROCESS', 'SCMP_ACT_KILL_THREAD', 'SCMP_ACT_TRAP', 'SCMP_ACT_ERRNO'],
  ...['SCMP_ACT_TRACE', 'SCMP_ACT_ALLOW', 'SCMP_ACT_LOG', 'SCMP_ACT_NOTIFY'],
]
const OPERATORS = ['NE', 'LT', 'LE', 'EQ', 'GE', 'GT', 'MASKED_EQ'].map(name => `SCMP_CMP_${name}`)

/** What conditions look at. */
export interface ProfileFacts {
  /** As `uname -m` prints it. */
  readonly machine: string
  /** Major and minor. */
  readonly kernelVersion: readonly [number, number]
  readonly capabilities: readonly string[]
}

/** How profiles name architectures: for conditions (Go's words) and for the filter. */
const MACHINES: Readonly<Record<string, { readonly word: string; readonly name: string }>> = {
  x86_64: { word: 'amd64', name: 'SCMP_ARCH_X86_64' },
  aarch64: { word: 'arm64', name: 'SCMP_ARCH_AARCH64' },
}

/** @throws InvalidArgument naming the place */
export function seccompProfile(text: string, facts: ProfileFacts): LinuxSeccomp {
  const profile = JsonValue.parse(Buffer.from(text), 'seccomp profile', PROFILE_MAX_BYTES)
  const defaultAction = profile.member('defaultAction')
  const errno = profile.member('defaultErrnoRet')
  const flags = profile.member('flags').strings(NAMES_MAX)
  const listener = profile.member('listenerPath').string()
  return {
    defaultAction: oneOf(defaultAction, ACTIONS) as LinuxSeccomp['defaultAction'],
    ...(errno.absent ? {} : { defaultErrnoRet: errno.integer() }),
    ...architectures(profile, facts),
    ...(flags.length === 0 ? {} : { flags: flags as NonNullable<LinuxSeccomp['flags']> }),
    ...(listener === '' ? {} : { listenerPath: listener }),
    syscalls: profile
      .member('syscalls')
      .elements(RULES_MAX)
      .filter(rule => applies(rule, facts))
      .map(readRule),
  }
}

/** Looks at a profile, every rule of it, before anything is made with it. @throws InvalidArgument naming the place */
export function checkSeccompProfile(text: string): void {
  const facts = { machine: 'x86_64', kernelVersion: [0, 0], capabilities: [] } as const
  seccompProfile(text, facts)
  const profile = JsonValue.parse(Buffer.from(text), 'seccomp profile', PROFILE_MAX_BYTES)
  for (const rule of profile.member('syscalls').elements(RULES_MAX)) readRule(rule)
}

function oneOf(value: JsonValue, known: readonly string[]): string {
  const text = value.string()
  return known.includes(text) ? text : value.fail(`${JSON.stringify(text)} is none of ${known.join(', ')}`)
}

function architectures(profile: JsonValue, { machine }: ProfileFacts): Pick<LinuxSeccomp, 'architectures'> {
  const named = profile.member('architectures').strings(NAMES_MAX)
  const map = profile.member('archMap').elements(NAMES_MAX)
  if (named.length > 0 && map.length > 0) {
    throw new InvalidArgument(
      "both 'architectures' and 'archMap' are specified in the profile, use either 'architectures' or 'archMap'",
    )
  }
  const own = map.find(entry => entry.member('architecture').string() === MACHINES[machine]?.name)
  const mapped =
    own === undefined ? [] : [own.member('architecture').string(), ...own.member('subArchitectures').strings(NAMES_MAX)]
  const all = [...named, ...mapped]
  return all.length === 0 ? {} : { architectures: all as SeccompArchitecture[] }
}

function applies(rule: JsonValue, facts: ProfileFacts): boolean {
  const { machine, capabilities } = facts
  const word = MACHINES[machine]?.word ?? machine
  const [includes, excludes] = [rule.member('includes'), rule.member('excludes')]
  const holds = (name: string) => capabilities.includes(name)
  const of = (value: JsonValue, name: string) => value.member(name).strings(NAMES_MAX)
  if (of(excludes, 'arches').includes(word) || of(excludes, 'caps').some(holds)) return false
  if (!excludes.member('minKernel').absent && isAtLeast(excludes.member('minKernel'), facts)) return false
  const arches = of(includes, 'arches')
  if (arches.length > 0 && !arches.includes(word)) return false
  if (!of(includes, 'caps').every(holds)) return false
  return includes.member('minKernel').absent || isAtLeast(includes.member('minKernel'), facts)
}

function isAtLeast(version: JsonValue, { kernelVersion: [major, minor] }: ProfileFacts): boolean {
  const match = /^(\d+)\.(\d+)$/.exec(version.string())
  if (match === null) return version.fail('not a kernel version such as 4.8')
  const wanted = [Number(match[1]), Number(match[2])] as const
  return major > wanted[0] || (major === wanted[0] && minor >= wanted[1])
}

function readRule(rule: JsonValue): SeccompRule {
  const name = rule.member('name').string()
  const names = rule.member('names').strings(NAMES_MAX)
  if (name !== '' && names.length > 0) {
    throw new InvalidArgument("both 'name' and 'names' are specified in the profile, use either 'name' or 'names'")
  }
  const errno = rule.member('errnoRet')
  const args = rule.member('args').elements(NAMES_MAX).map(readArgument)
  return {
    names: name === '' ? names : [name],
    action: oneOf(rule.member('action'), ACTIONS) as SeccompRule['action'],
    ...(errno.absent ? {} : { errnoRet: errno.integer() }),
    ...(args.length === 0 ? {} : { args }),
  }
}

function readArgument(value: JsonValue): SeccompArgument {
  return {
    index: value.member('index').integer(),
    value: value.member('value').integer(),
    valueTwo: value.member('valueTwo').integer(),
    op: oneOf(value.member('op'), OPERATORS) as SeccompArgument['op'],
  }
}
