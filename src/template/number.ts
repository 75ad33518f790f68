import { GoError } from './failure.ts'
import { quote, unquoteCharacter } from './quote.ts'

/** A constant under every type that can hold it, as Go's untyped constants are. */
export interface NumberConstant {
  readonly text: string
  readonly int?: bigint
  readonly uint?: bigint
  readonly float?: number
  readonly complex?: { readonly real: number; readonly imaginary: number }
}

const INT64_MIN = -(2n ** 63n)
const UINT64_END = 2n ** 64n

/** @throws GoError where the text is no number that fits 64 bits */
export function parseNumber(text: string): NumberConstant {
  if (text.endsWith('i')) {
    const imaginary = parseFloating(text.slice(0, -1))
    if (imaginary !== undefined) return complexConstant(text, 0, imaginary)
  }
  const integer = parseInteger(text)
  if (integer !== undefined) {
    const signed = integer >= INT64_MIN && integer < -INT64_MIN
    const unsigned = integer >= 0n && integer < UINT64_END && !/^[+-]/.test(text)
    if (signed || unsigned) return integerConstant(text, integer, signed, unsigned || integer === 0n)
  }
  const value = parseFloating(text)
  if (value === undefined) throw new GoError(`illegal number syntax: ${quote(text)}`)
  if (!/[.eEpP]/.test(text)) throw new GoError(`integer overflow: ${quote(text)}`)
  return { text, float: value, ...integersOf(value) }
}

/** A character constant with its quotes, `'\n'`. */
export function parseCharacter(text: string): NumberConstant {
  const body = text.slice(1)
  const { code, next } = unquoteCharacter(body, 0, "'")
  if (body.slice(next) !== "'") throw new GoError(`malformed character constant: ${text}`)
  return integerConstant(text, BigInt(code), true, true)
}

/** A complex constant of two parts, `1+2i`. */
export function parseComplex(text: string): NumberConstant {
  const split = Math.max(text.search(/(?<=[^+\-eEpP])[+-]/), 1)
  return complexConstant(text, partOfComplex(text.slice(0, split)), partOfComplex(text.slice(split, -1)))
}

function partOfComplex(text: string): number {
  const value = parseFloating(text)
  if (value !== undefined) return value
  const reason = DECIMAL.test(text) && underscoresSeparate(text) ? 'value out of range' : 'invalid syntax'
  throw new GoError(`strconv.ParseFloat: parsing ${quote(text)}: ${reason}`)
}

function integerConstant(text: string, integer: bigint, signed: boolean, unsigned: boolean): NumberConstant {
  return {
    text,
    ...(signed ? { int: integer } : {}),
    ...(unsigned ? { uint: integer } : {}),
    float: Number(integer),
  }
}

function complexConstant(text: string, real: number, imaginary: number): NumberConstant {
  const complex = { real, imaginary }
  return imaginary === 0 ? { text, complex, float: real, ...integersOf(real) } : { text, complex }
}

function integersOf(value: number): { int?: bigint; uint?: bigint } {
  if (!Number.isInteger(value)) return {}
  return {
    ...(value >= -(2 ** 63) && value < 2 ** 63 ? { int: BigInt(value) } : {}),
    ...(value >= 0 && value < 2 ** 64 ? { uint: BigInt(value) } : {}),
  }
}

const INTEGER = /^([+-]?)(?:0[xX]([0-9a-fA-F_]+)|0[bB]([01_]+)|0[oO]?([0-7_]*)|([1-9][0-9_]*))$/

function parseInteger(text: string): bigint | undefined {
  const match = INTEGER.exec(text)
  if (match === null || !underscoresSeparate(text)) return undefined
  const [, sign, hex, binary, octal, decimal] = match
  if (octal === '' && /[oO]/.test(text)) return undefined
  const digits = (hex ?? binary ?? octal ?? decimal ?? '').replaceAll('_', '')
  const prefix = hex !== undefined ? '0x' : binary !== undefined ? '0b' : octal !== undefined ? '0o' : ''
  const magnitude = digits === '' ? 0n : BigInt(prefix + digits)
  return sign === '-' ? -magnitude : magnitude
}

const DECIMAL = /^[+-]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]+)?$/
const HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F_]*)\.?([0-9a-fA-F_]*)[pP]([+-]?[0-9_]+)$/

/** strconv.ParseFloat; undefined also for what no float64 can hold. */
function parseFloating(text: string): number | undefined {
  if (!underscoresSeparate(text)) return undefined
  const hex = HEXADECIMAL.exec(text)
  const value = hex !== null ? hexFloat(hex) : DECIMAL.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN
  return Number.isFinite(value) ? value : undefined
}

function hexFloat([, sign, whole = '', fraction = '', exponent = '']: RegExpExecArray): number {
  const places = fraction.replaceAll('_', '')
  const digits = whole.replaceAll('_', '') + places
  if (digits === '') return Number.NaN
  const power = Number(exponent.replaceAll('_', '')) - 4 * places.length
  const magnitude = Number(BigInt(`0x${digits}`)) * 2 ** power
  return sign === '-' ? -magnitude : magnitude
}

/** Underscores stand only between digits, or between a base prefix and digits. */
function underscoresSeparate(text: string): boolean {
  if (!text.includes('_')) return true
  const body = text.replace(/^[+-]/, '')
  const prefix = /^0[bBoOxX]/.exec(body)?.[0] ?? ''
  const digit = /[xX]/.test(prefix) ? '[0-9a-fA-F]' : '[0-9]'
  const rest = prefix === '' ? body : `0${body.slice(prefix.length)}`
  return !new RegExp(`(?<!${digit})_|_(?!${digit})`).test(rest)
}
