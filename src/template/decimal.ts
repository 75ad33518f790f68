/** Decimal digits of a number without their point: `0.digits * 10^point`. Zero has no digits. */
export interface Decimal {
  readonly digits: string
  readonly point: number
}

const FRACTION_BITS = 52
const EXPONENT_BIAS = 1075
const IMPLICIT_BIT = 2n ** 52n

/** The two integers of `|value| = mantissa * 2^exponent`. */
export function binaryParts(value: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const biased = Number((bits >> BigInt(FRACTION_BITS)) & 0x7ffn)
  const fraction = bits & (IMPLICIT_BIT - 1n)
  if (biased === 0) return { mantissa: fraction, exponent: 1 - EXPONENT_BIAS }
  return { mantissa: fraction | IMPLICIT_BIT, exponent: biased - EXPONENT_BIAS }
}

/** Every digit of a finite number: rounding them is exact, which `toFixed` is not. */
export function exactDecimal(value: number): Decimal {
  const { mantissa, exponent } = binaryParts(value)
  if (mantissa === 0n) return { digits: '', point: 0 }
  if (exponent >= 0) return trimmed((mantissa << BigInt(exponent)).toString(), 0)
  return trimmed((mantissa * 5n ** BigInt(-exponent)).toString(), -exponent)
}

/** The fewest digits that read back as `value`. */
export function shortestDecimal(value: number): Decimal {
  if (value === 0) return { digits: '', point: 0 }
  const [mantissa = '', exponent = '0'] = Math.abs(value).toExponential().split('e')
  return { digits: mantissa.replace('.', ''), point: Number(exponent) + 1 }
}

/** The first `count` digits, rounded half to even. */
export function roundDecimal({ digits, point }: Decimal, count: number): Decimal {
  if (count >= digits.length) return { digits, point }
  if (count < 0) return { digits: '', point: 0 }
  const kept = digits.slice(0, count)
  const rest = digits.slice(count)
  const isOdd = /[13579]$/.test(kept)
  const up = /^50*$/.test(rest) ? isOdd : rest >= '5'
  if (!up) return kept === '' ? { digits: '', point: 0 } : trimZeros({ digits: kept, point })
  const raised = (BigInt(`0${kept}`) + 1n).toString().padStart(kept.length, '0')
  return trimZeros({ digits: raised, point: point + raised.length - kept.length })
}

function trimmed(all: string, places: number): Decimal {
  return trimZeros({ digits: all, point: all.length - places })
}

function trimZeros({ digits, point }: Decimal): Decimal {
  return { digits: digits.replace(/0+$/, ''), point }
}
