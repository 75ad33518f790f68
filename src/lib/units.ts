import { InvalidArgument } from './errors.ts'

const DECIMAL = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'] as const
const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'] as const

/** `1.234MB`: a size in decimal units with `digits` significant digits, as Docker prints images and disks. */
export function formatSize(bytes: number, digits = 4): string {
  return scaled(bytes, 1000, DECIMAL, digits)
}

/** `1.234MiB`: a size in binary units, as Docker prints memory. */
export function formatMemory(bytes: number, digits = 4): string {
  return scaled(bytes, 1024, BINARY, digits)
}

function scaled(bytes: number, base: number, units: readonly string[], digits: number): string {
  let value = bytes
  let unit = 0
  while (value >= base && unit < units.length - 1) {
    value /= base
    unit++
  }
  return `${significant(value, digits)}${units[unit] ?? ''}`
}

/** C's `%.{digits}g` for values below 10^21, without an exponent where Go prints none. */
function significant(value: number, digits: number): string {
  const text = value.toPrecision(digits)
  if (text.includes('e')) return text.replace(/\.?0*e\+?(-?)(\d)$/, 'e+$10$2').replace('e+-', 'e-')
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

const SIZE = /^(\d+(?:\.\d+)?)\s*([kmgtp]?)(i?b)?$/i
const SIZE_FACTOR: Readonly<Record<string, number>> = {
  '': 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
  p: 1024 ** 5,
}

/**
 * Bytes from `512`, `64m`, `1.5GiB`: units are binary whatever their spelling, as with `docker run --memory`.
 * @throws InvalidArgument in Docker's words.
 */
export function parseMemory(text: string): number {
  const match = SIZE.exec(text.trim())
  const factor = SIZE_FACTOR[match?.[2]?.toLowerCase() ?? '']
  const bytes = match === null || factor === undefined ? Number.NaN : Math.trunc(Number(match[1]) * factor)
  if (!Number.isSafeInteger(bytes)) throw new InvalidArgument(`invalid size: '${text}'`)
  return bytes
}

const DURATION_UNIT_NANOS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
}

/** Nanoseconds from a Go duration (`1m30s`, `300ms`, `-1.5h`); undefined where the text is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^([+-]?)(?:(0)|((?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.exec(text)
  if (match === null) return undefined
  let nanos = 0
  for (const part of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    nanos += Number(part[1]) * (DURATION_UNIT_NANOS[part[2] ?? ''] ?? 0)
  }
  return match[1] === '-' ? -nanos : nanos
}

/** A span as Go prints it: `1h0m5s`, `1m30s`, `1.5s`, `300ms`, `0s`. */
export function formatDuration(nanos: number): string {
  if (nanos < 0) return `-${formatDuration(-nanos)}`
  if (nanos === 0) return '0s'
  for (const [unit, size] of [
    ['ns', 1],
    ['µs', 1e3],
    ['ms', 1e6],
  ] as const) {
    if (nanos < size * 1000) return `${nanos / size}${unit}`
  }
  const minutes = Math.floor(nanos / 60e9)
  const seconds = `${(nanos % 60e9) / 1e9}s`
  if (minutes === 0) return seconds
  const hours = Math.floor(minutes / 60)
  return `${hours === 0 ? '' : `${hours}h`}${minutes % 60}m${seconds}`
}

/** `5 minutes`, `About an hour`, `2 weeks`: a span as `docker ps` prints it. */
export function humanDuration(millis: number): string {
  const seconds = Math.floor(millis / 1000)
  if (seconds < 1) return 'Less than a second'
  if (seconds === 1) return '1 second'
  if (seconds < 60) return `${seconds} seconds`
  const minutes = Math.floor(seconds / 60)
  if (minutes === 1) return 'About a minute'
  if (minutes < 60) return `${minutes} minutes`
  const hours = Math.round(seconds / 3600)
  if (hours === 1) return 'About an hour'
  if (hours < 48) return `${hours} hours`
  if (hours < 24 * 7 * 2) return `${Math.floor(hours / 24)} days`
  if (hours < 24 * 30 * 2) return `${Math.floor(hours / 24 / 7)} weeks`
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`
  return `${Math.floor(hours / 24 / 365)} years`
}
