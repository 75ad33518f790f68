import type { Decimal } from './decimal.ts'
import { binaryParts, exactDecimal, roundDecimal, shortestDecimal } from './decimal.ts'

export type FloatForm = 'e' | 'E' | 'f' | 'g' | 'G' | 'b' | 'x' | 'X'

/** From this exponent on `%g` with as many digits as needed turns to an exponent. */
const SHORTEST_EXPONENT = 6
const HEX_DIGITS = 13
const FRACTION_MASK = 2n ** 52n - 1n

/**
 * A float as Go's strconv.FormatFloat spells it, with a sign only where it is negative or infinite.
 * @param precision digits after the point (`g`: significant digits); -1 for as many as are needed
 */
export function floatText(value: number, form: FloatForm, precision: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  return sign + magnitudeText(Math.abs(value), form, precision)
}

function magnitudeText(value: number, form: FloatForm, precision: number): string {
  switch (form) {
    case 'b':
      return binaryText(value)
    case 'x':
      return hexText(value, precision)
    case 'X':
      return hexText(value, precision).toUpperCase()
    case 'f':
      return fixedText(value, precision)
    case 'e':
      return exponentText(value, precision)
    case 'E':
      return exponentText(value, precision).toUpperCase()
    case 'g':
      return generalText(value, precision)
    case 'G':
      return generalText(value, precision).toUpperCase()
  }
}

function fixedText(value: number, precision: number): string {
  if (precision < 0) {
    const shortest = shortestDecimal(value)
    return placeFixed(shortest, Math.max(shortest.digits.length - shortest.point, 0))
  }
  const exact = exactDecimal(value)
  return placeFixed(roundDecimal(exact, exact.point + precision), precision)
}

function placeFixed({ digits, point }: Decimal, precision: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0'
  if (precision === 0) return whole
  const fraction = point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits
  return `${whole}.${fraction.slice(0, precision).padEnd(precision, '0')}`
}

function exponentText(value: number, precision: number): string {
  if (precision < 0) {
    const shortest = shortestDecimal(value)
    return placeExponent(shortest, Math.max(shortest.digits.length - 1, 0))
  }
  return placeExponent(roundDecimal(exactDecimal(value), precision + 1), precision)
}

function placeExponent({ digits, point }: Decimal, precision: number): string {
  const first = digits.slice(0, 1) || '0'
  const fraction = precision > 0 ? `.${digits.slice(1).padEnd(precision, '0')}` : ''
  return `${first}${fraction}e${signed(digits === '' ? 0 : point - 1)}`
}

function generalText(value: number, precision: number): string {
  const significant = precision === 0 ? 1 : precision
  const decimal = precision < 0 ? shortestDecimal(value) : roundDecimal(exactDecimal(value), significant)
  const { digits, point } = decimal
  let limit = precision < 0 ? SHORTEST_EXPONENT : significant
  if (precision >= 0 && limit > digits.length && digits.length >= point) limit = digits.length
  const exponent = point - 1
  if (exponent < -4 || exponent >= limit) return placeExponent(decimal, Math.max(digits.length - 1, 0))
  return placeFixed(decimal, Math.max(digits.length - point, 0))
}

function binaryText(value: number): string {
  const { mantissa, exponent } = binaryParts(value)
  return `${mantissa}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`
}

function hexText(value: number, precision: number): string {
  let { mantissa, exponent } = binaryParts(value)
  if (mantissa === 0n) return `0x0${precision > 0 ? `.${'0'.repeat(precision)}` : ''}p+00`
  exponent += 52
  while (mantissa <= FRACTION_MASK) {
    mantissa <<= 1n
    exponent--
  }
  if (precision >= 0 && precision < HEX_DIGITS) {
    const dropped = BigInt(4 * (HEX_DIGITS - precision))
    mantissa = roundBits(mantissa, dropped)
    if (mantissa > FRACTION_MASK * 2n + 1n) {
      mantissa >>= 1n
      exponent++
    }
  }
  const all = (mantissa & FRACTION_MASK).toString(16).padStart(HEX_DIGITS, '0')
  const fraction = precision < 0 ? all.replace(/0+$/, '') : all.slice(0, precision).padEnd(precision, '0')
  return `0x1${fraction === '' ? '' : `.${fraction}`}p${signed(exponent)}`
}

/** Clears the lowest `count` bits, rounding half to even. */
function roundBits(value: bigint, count: bigint): bigint {
  const unit = 1n << count
  const rest = value % unit
  const down = value - rest
  const isOdd = (down >> count) % 2n === 1n
  return rest * 2n > unit || (rest * 2n === unit && isOdd) ? down + unit : down
}

function signed(exponent: number): string {
  return `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}
