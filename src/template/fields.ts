import { runeCount, toBytes } from './bytes.ts'
import type { FloatForm } from './float-text.ts'
import { floatText } from './float-text.ts'
import { isPrint, quote, quoteRune } from './quote.ts'

/** Flags, width and precision of one verb of a format. */
export interface Flags {
  readonly minus: boolean
  readonly plus: boolean
  readonly sharp: boolean
  readonly space: boolean
  readonly zero: boolean
  /** `%+v`: structs with the names of their fields. */
  readonly plusV: boolean
  /** `%#v`: Go syntax. */
  readonly sharpV: boolean
  readonly width: number | undefined
  readonly precision: number | undefined
}

export const NO_FLAGS: Flags = {
  minus: false,
  plus: false,
  sharp: false,
  space: false,
  zero: false,
  plusV: false,
  sharpV: false,
  width: undefined,
  precision: undefined,
}

const RUNE_MAX = 0x10ffffn

/** `text` in its width: zeros only stand to the left. */
export function pad(text: string, flags: Flags): string {
  const missing = (flags.width ?? 0) - runeCount(text)
  if (missing <= 0) return text
  if (flags.minus) return text + ' '.repeat(missing)
  return (flags.zero ? '0' : ' ').repeat(missing) + text
}

export function padWithSpaces(text: string, flags: Flags): string {
  return pad(text, { ...flags, zero: false })
}

/** Undefined where the verb is none for strings. */
export function stringField(text: string, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case 'v':
      return flags.sharpV ? quotedField(text, flags) : pad(cut(text, flags), flags)
    case 's':
      return pad(cut(text, flags), flags)
    case 'q':
      return quotedField(text, flags)
    case 'x':
      return hexField(text, flags)
    case 'X':
      return hexField(text, flags, true)
    default:
      return undefined
  }
}

function cut(text: string, { precision }: Flags): string {
  return precision === undefined || text.length <= precision ? text : [...text].slice(0, precision).join('')
}

function quotedField(text: string, flags: Flags): string {
  const short = cut(text, flags)
  const raw = flags.sharp && short.isWellFormed() && !/[\x00-\x08\x0a-\x1f\x7f`\ufeff]/.test(short)
  return pad(raw ? `\`${short}\`` : quote(short, flags.plus), flags)
}

function hexField(text: string, flags: Flags, upper = false): string {
  const bytes = toBytes(text).subarray(0, flags.precision)
  const pairs = Array.from(bytes, byte => byte.toString(16).padStart(2, '0'))
  const prefix = flags.sharp && pairs.length > 0 ? '0x' : ''
  const joined = flags.space ? pairs.map(pair => prefix + pair).join(' ') : prefix + pairs.join('')
  return pad(upper ? joined.toUpperCase() : joined, flags)
}

/** Undefined where the verb is none for integers. */
export function integerField(value: bigint, verb: string, flags: Flags, isSigned: boolean): string | undefined {
  switch (verb) {
    case 'v':
      return flags.sharpV && !isSigned
        ? digitsField(value, 16, 'v', { ...flags, sharp: true })
        : digitsField(value, 10, verb, flags)
    case 'd':
      return digitsField(value, 10, verb, flags)
    case 'b':
      return digitsField(value, 2, verb, flags)
    case 'o':
    case 'O':
      return digitsField(value, 8, verb, flags)
    case 'x':
    case 'X':
      return digitsField(value, 16, verb, flags)
    case 'c':
      return pad(String.fromCodePoint(runeOf(value)), flags)
    case 'q':
      return pad(quoteRune(runeOf(value), flags.plus), flags)
    case 'U':
      return unicodeField(value, flags)
    default:
      return undefined
  }
}

function runeOf(value: bigint): number {
  return value < 0n || value > RUNE_MAX || (value >= 0xd800n && value <= 0xdfffn) ? 0xfffd : Number(value)
}

function digitsField(value: bigint, base: number, verb: string, flags: Flags): string {
  const { precision, width } = flags
  const isNegative = value < 0n
  if (precision === 0 && value === 0n) return ' '.repeat(width ?? 0)
  const sign = isNegative ? '-' : flags.plus ? '+' : flags.space ? ' ' : ''
  const fills = precision === undefined && flags.zero && !flags.minus && width !== undefined
  const least = precision ?? (fills ? width - sign.length : 0)
  const plain = (isNegative ? -value : value).toString(base).padStart(least, '0')
  const digits = verb === 'X' ? plain.toUpperCase() : plain
  return padWithSpaces(sign + prefixOf(base, verb, digits, flags.sharp) + digits, flags)
}

function prefixOf(base: number, verb: string, digits: string, sharp: boolean): string {
  if (verb === 'O') return sharp && !digits.startsWith('0') ? '0o0' : '0o'
  if (!sharp) return ''
  if (base === 2) return '0b'
  if (base === 8) return digits.startsWith('0') ? '' : '0'
  if (base === 16) return verb === 'X' ? '0X' : '0x'
  return ''
}

function unicodeField(value: bigint, flags: Flags): string {
  const code = BigInt.asUintN(64, value)
  const name = `U+${code
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(flags.precision ?? 4, 4), '0')}`
  const character = code <= RUNE_MAX ? String.fromCodePoint(Number(code)) : ''
  return padWithSpaces(flags.sharp && isPrint(character) ? `${name} '${character}'` : name, flags)
}

const FLOAT_VERBS: ReadonlyMap<string, { form: FloatForm; precision: number }> = new Map([
  ['v', { form: 'g', precision: -1 }],
  ['b', { form: 'b', precision: -1 }],
  ['g', { form: 'g', precision: -1 }],
  ['G', { form: 'G', precision: -1 }],
  ['x', { form: 'x', precision: -1 }],
  ['X', { form: 'X', precision: -1 }],
  ['f', { form: 'f', precision: 6 }],
  ['F', { form: 'f', precision: 6 }],
  ['e', { form: 'e', precision: 6 }],
  ['E', { form: 'E', precision: 6 }],
])

/** Undefined where the verb is none for floats. */
export function floatField(value: number, verb: string, flags: Flags): string | undefined {
  const found = FLOAT_VERBS.get(verb)
  if (found === undefined) return undefined
  const precision = flags.precision ?? found.precision
  const text = floatText(value, found.form, precision)
  const isSigned = text.startsWith('-') || text.startsWith('+')
  const sign = isSigned ? text.charAt(0) : '+'
  const bare = isSigned ? text.slice(1) : text
  const shown = flags.space && sign === '+' && !flags.plus ? ' ' : sign
  if (bare === 'Inf' || bare === 'NaN') {
    const hides = (bare === 'NaN' && !flags.space && !flags.plus) || (shown === '+' && !flags.plus)
    return padWithSpaces(hides && bare === 'NaN' ? bare : shown + bare, flags)
  }
  const digits = flags.sharp && found.form !== 'b' ? keepZeros(bare, verb, precision) : bare
  if (!flags.plus && shown === '+') return pad(digits, flags)
  const zeros = flags.zero && !flags.minus && flags.width !== undefined
  return zeros ? shown + digits.padStart(flags.width - 1, '0') : pad(shown + digits, flags)
}

/** The `#` flag: a point always, and for %g the zeros that it would drop. */
function keepZeros(text: string, verb: string, precision: number): string {
  const isHex = verb === 'x' || verb === 'X'
  const split = text.search(isHex ? /[pP]/ : /[eE]/)
  const head = split < 0 ? text : text.slice(0, split)
  const tail = split < 0 ? '' : text.slice(split)
  const counts = verb === 'v' || verb === 'g' || verb === 'G' || verb === 'x'
  const wanted = counts ? (precision === -1 ? 6 : precision) : 0
  const significant = head.replace('.', '').replace(/^0+/, '').length
  const pointed = head.includes('.') ? head : `${head}.`
  const zero = head === '0' ? 1 : 0
  return pointed + '0'.repeat(Math.max(wanted - significant - zero, 0)) + tail
}

export function complexField(real: number, imaginary: number, verb: string, flags: Flags): string | undefined {
  const left = floatField(real, verb, flags)
  const right = floatField(imaginary, verb, { ...flags, plus: true })
  return left === undefined || right === undefined ? undefined : `(${left}${right}i)`
}
