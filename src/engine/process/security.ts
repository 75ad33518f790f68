import { InvalidArgument } from '#lib/errors'
import { type Confinement, checkSeccompProfile } from '#runtime'

export type Security = Pick<Confinement, 'seccomp' | 'noNewPrivileges' | 'apparmor'>

const DEFAULT: Security = { seccomp: { kind: 'default' }, noNewPrivileges: false, apparmor: undefined }
/** Go's strconv.ParseBool. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map(text => [text, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map(text => [text, false] as const),
])

/** `--security-opt`, a seccomp profile with its content. @throws InvalidArgument in Docker's words */
export function parseSecurityOptions(options: readonly string[]): Security {
  return options.reduce(withOption, DEFAULT)
}

function withOption(security: Security, option: string): Security {
  if (option === 'no-new-privileges') return { ...security, noNewPrivileges: true }
  // Of labels there are none here, so that all of them are switched off.
  if (option === 'disable') return security
  const at = option.includes('=') ? option.indexOf('=') : option.indexOf(':')
  if (at < 0) throw new InvalidArgument(`invalid --security-opt 1: ${JSON.stringify(option)}`)
  const value = option.slice(at + 1)
  switch (option.slice(0, at)) {
    case 'label':
      return security // SELinux is nothing that Gantry does; Docker takes them on every host as well.
    case 'apparmor':
      return { ...security, apparmor: value }
    case 'seccomp':
      return { ...security, seccomp: seccompChoice(value) }
    case 'no-new-privileges': {
      const flag = BOOLEANS.get(value)
      if (flag === undefined) throw invalid(option)
      return { ...security, noNewPrivileges: flag }
    }
    default:
      throw invalid(option)
  }
}

function invalid(option: string): InvalidArgument {
  return new InvalidArgument(`invalid --security-opt 2: ${JSON.stringify(option)}`)
}

function seccompChoice(value: string): Confinement['seccomp'] {
  if (value === 'unconfined') return { kind: 'unconfined' }
  if (value === 'builtin') return { kind: 'default' }
  checkSeccompProfile(value)
  return { kind: 'profile', text: value }
}
