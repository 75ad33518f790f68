/** Digits of strconv.ParseInt with base 0: a prefix says the base, underscores may stand between digits. */
const NOTATION =
  /^([+-]?)(0[xX]_?[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*|0[bB]_?[01]+(?:_[01]+)*|0[oO]?_?[0-7]+(?:_[0-7]+)*|0|[1-9]\d*(?:_\d+)*)$/

/** An integer of 64 bits as pflag reads it. @throws in Go's words */
export function goInteger(text: string): number {
  const match = NOTATION.exec(text)
  if (match === null) throw syntax('ParseInt', text)
  const value = magnitude(match[2] ?? '')
  const signed = match[1] === '-' ? -value : value
  if (signed > BigInt(Number.MAX_SAFE_INTEGER) || signed < BigInt(Number.MIN_SAFE_INTEGER))
    throw range('ParseInt', text)
  return Number(signed)
}

/** An integer from 0 to `max` as pflag reads it. @throws in Go's words */
export function goUnsigned(text: string, max: number): number {
  const match = NOTATION.exec(text)
  if (match === null || match[1] !== '') throw syntax('ParseUint', text)
  const value = magnitude(match[2] ?? '')
  if (value > BigInt(max)) throw range('ParseUint', text)
  return Number(value)
}

/** A decimal integer, as strconv.Atoi and ParseUint with base 10 read it; undefined where the text is none. */
export function decimal(text: string): number | undefined {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(value) ? value : undefined
}

function magnitude(digits: string): bigint {
  const plain = digits.replaceAll('_', '')
  return BigInt(/^0\d/.test(plain) ? `0o${plain.slice(1)}` : plain)
}

function syntax(name: string, text: string): Error {
  return new Error(`strconv.${name}: parsing ${JSON.stringify(text)}: invalid syntax`)
}

function range(name: string, text: string): Error {
  return new Error(`strconv.${name}: parsing ${JSON.stringify(text)}: value out of range`)
}
