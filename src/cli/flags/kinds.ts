import { parseDuration, parseMemory } from '#lib/units'
import type { Details, Flag } from './flag.ts'
import { goInteger, goUnsigned } from './go-number.ts'

const TRUE = ['1', 't', 'T', 'TRUE', 'true', 'True']
const FALSE = ['0', 'f', 'F', 'FALSE', 'false', 'False']

/** `--flag`, or `--flag=false`: Go's strconv.ParseBool. */
export function bool(usage: string, details: Details<boolean> = {}): Flag<boolean> {
  return {
    usage,
    kind: '',
    alone: 'true',
    ...(details.initial === true ? { shownDefault: 'true' } : {}),
    ...details,
    initial: details.initial ?? false,
    add: (_, text) => goBool(text),
  }
}

export function string(
  usage: string,
  details: Details<string> & { readonly check?: (text: string) => string } = {},
): Flag<string> {
  const { check = text => text, ...rest } = details
  return {
    usage,
    kind: 'string',
    ...(rest.initial === undefined || rest.initial === '' ? {} : { shownDefault: JSON.stringify(rest.initial) }),
    ...rest,
    initial: rest.initial ?? '',
    add: (_, text) => check(text),
  }
}

type ListDetails = Omit<Details<readonly string[]>, 'initial'>

/** May be given several times; `check` reads, or refuses, each text. */
export function list(
  usage: string,
  details: ListDetails & { readonly check?: (text: string) => string } = {},
): Flag<readonly string[]> {
  const { check = text => text, ...rest } = details
  return { usage, kind: 'list', ...rest, initial: [], add: (before, text) => [...before, check(text)] }
}

/** A signed integer of 64 bits, in any notation of Go's source; beyond 2^53 it is out of range here. */
export function int(usage: string, details: Details<number> = {}): Flag<number> {
  return number(usage, 'int', details, text => goInteger(text))
}

export function uint16(usage: string, details: Details<number> = {}): Flag<number> {
  return number(usage, 'uint16', details, text => goUnsigned(text, 2 ** 16 - 1))
}

export function uint(usage: string, details: Details<number> = {}): Flag<number> {
  return number(usage, 'uint', details, text => goUnsigned(text, Number.MAX_SAFE_INTEGER))
}

/** A size with a binary unit; `unlimited` allows -1. */
export function bytes(usage: string, details: Details<number> & { readonly unlimited?: true } = {}): Flag<number> {
  const { unlimited, ...rest } = details
  return number(usage, 'bytes', rest, text => (unlimited === true && text === '-1' ? -1 : goSize(text)))
}

/** Nanoseconds from a Go duration. */
export function duration(usage: string, details: Details<number> = {}): Flag<number> {
  return number(usage, 'duration', details, text => {
    const nanos = parseDuration(text)
    if (nanos === undefined) throw new Error(`time: invalid duration ${JSON.stringify(text)}`)
    return nanos
  })
}

function number(usage: string, kind: string, details: Details<number>, read: (text: string) => number): Flag<number> {
  const { initial = 0 } = details
  const shown = initial === 0 ? {} : { shownDefault: String(initial) }
  return { usage, kind, ...shown, ...details, initial, add: (_, text) => read(text) }
}

/** @throws in Go's words */
export function goBool(text: string): boolean {
  if (TRUE.includes(text)) return true
  if (FALSE.includes(text)) return false
  throw new Error(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`)
}

/** `512m` as go-units reads it. @throws in Docker's words */
export function goSize(text: string): number {
  const match = /^(.*[0-9. ])(.*)$/s.exec(text)
  if (match === null) throw new Error(`invalid size: '${text}'`)
  const number = (match[1] ?? '').replace(/ $/, '')
  const suffix = (match[2] ?? '').toLowerCase()
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(number)) {
    throw new Error(`strconv.ParseFloat: parsing ${JSON.stringify(number)}: invalid syntax`)
  }
  if (number.startsWith('-') && Number(number) < 0) throw new Error(`invalid size: '${text}'`)
  if (!/^([kmgtp]?|b|[kmgtp]i?b)$/.test(suffix)) throw new Error(`invalid suffix: '${suffix}'`)
  return parseMemory(`${Number(number.replace('+', ''))}${suffix}`)
}
