import { readFileSync } from 'node:fs'
import type { RestartPolicy } from '#api'
import { decimal } from '../../flags/go-number.ts'
import { cut } from '../../flags/text.ts'
import { openReason } from '../../io/open-reason.ts'

/** `on-failure:3`. The engine knows the names. @throws in Docker's words */
export function readRestartPolicy(text: string): RestartPolicy {
  const [name, count] = cut(text, ':')
  if (count !== undefined && name === '') {
    throw new Error('invalid restart policy format: no policy provided before colon')
  }
  if (count === undefined || count === '') return { Name: name }
  const retries = decimal(count)
  if (retries === undefined) {
    throw new Error('invalid restart policy format: maximum retry count must be an integer')
  }
  return { Name: name, MaximumRetryCount: retries }
}

export interface Security {
  readonly options: readonly string[]
  /** `systempaths=unconfined`: nothing of /proc and /sys is hidden or read-only. */
  readonly systemPathsUnconfined: boolean
}

/** Options for the engine; a seccomp profile goes there with its content. @throws in Docker's words */
export function readSecurity(options: readonly string[]): Security {
  const read = options.map(readSecurityOption)
  const unconfined = 'systempaths=unconfined'
  return { options: read.filter(option => option !== unconfined), systemPathsUnconfined: read.includes(unconfined) }
}

function readSecurityOption(option: string): string {
  const withEquals = cut(option, '=')
  const [key, value] = withEquals[1] === undefined ? cut(option, ':') : withEquals
  const isComplete = value !== undefined && value !== ''
  if (!isComplete && key !== 'no-new-privileges') throw new Error(`Invalid --security-opt: ${JSON.stringify(option)}`)
  if (key !== 'seccomp' || value === undefined || value === 'builtin' || value === 'unconfined') return option
  return `seccomp=${seccompProfile(value)}`
}

function seccompProfile(path: string): string {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Error(`opening seccomp profile (${path}) failed: ${openReason(path, cause)}`, { cause })
  }
  try {
    return JSON.stringify(JSON.parse(text))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : ''
    throw new Error(`compacting json for seccomp profile (${path}) failed: ${reason}`, { cause })
  }
}

/** Billionths of a CPU from `1.5` or `3/2`. @throws in Docker's words */
export function readCpus(text: string): number {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:\/(\d+))?$/.exec(text)
  const [, sign = '', whole = '', fraction, divisor] = match ?? []
  const isNumber =
    match !== null && `${whole}${fraction ?? ''}` !== '' && !(divisor !== undefined && fraction !== undefined)
  if (!isNumber || /^0+$/.test(divisor ?? '')) throw new Error(`failed to parse ${text} as a rational number`)
  const scale = 10n ** BigInt((fraction ?? '').length) * BigInt(divisor ?? 1)
  const nanos = BigInt(whole + (fraction ?? '')) * 1_000_000_000n
  if (nanos % scale !== 0n) throw new Error('value is too precise')
  return Number(nanos / scale) * (sign === '-' ? -1 : 1)
}
