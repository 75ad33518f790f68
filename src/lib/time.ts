/**
 * Nanoseconds since the Unix epoch. Docker's API speaks RFC 3339 with nanoseconds; a JavaScript Date would round them.
 */
export type UnixNanos = bigint

const NANOS_PER_MILLI = 1_000_000n
const NANOS_PER_SECOND = 1_000_000_000n

/** Go's zero time, which Docker's API prints for "never". */
export const ZERO_TIME = '0001-01-01T00:00:00Z'

const clock = createClock()

/** Now, in nanoseconds; never goes back within this process and never repeats. */
export function nowNanos(): UnixNanos {
  return clock()
}

/** RFC 3339 in UTC with as many digits of the second as are needed (Go's RFC3339Nano). */
export function formatRfc3339Nano(time: UnixNanos): string {
  const nanos = positiveModulo(time, NANOS_PER_SECOND)
  const seconds = secondsText(time, nanos)
  if (nanos === 0n) return `${seconds}Z`
  return `${seconds}.${nanos.toString().padStart(9, '0').replace(/0+$/, '')}Z`
}

/** RFC 3339 in UTC with always nine digits of the second, as `docker logs --timestamps` prints. */
export function formatRfc3339NanoFixed(time: UnixNanos): string {
  const nanos = positiveModulo(time, NANOS_PER_SECOND)
  return `${secondsText(time, nanos)}.${nanos.toString().padStart(9, '0')}Z`
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(Z|z|[+-]\d\d:\d\d)$/

/** Parses RFC 3339; undefined where the text is none. Go's zero time gives undefined too: it means "never". */
export function parseRfc3339(text: string): UnixNanos | undefined {
  if (text === ZERO_TIME) return undefined
  const match = RFC3339.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match
  const millis = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone.toUpperCase()}`)
  if (Number.isNaN(millis)) return undefined
  return BigInt(millis) * NANOS_PER_MILLI + BigInt(fraction.padEnd(9, '0'))
}

/** Whole milliseconds of `time`, for JavaScript's Date. */
export function toMillis(time: UnixNanos): number {
  return Number(time / NANOS_PER_MILLI)
}

export function fromMillis(millis: number): UnixNanos {
  return BigInt(Math.trunc(millis)) * NANOS_PER_MILLI
}

function secondsText(time: UnixNanos, nanos: bigint): string {
  return new Date(Number((time - nanos) / NANOS_PER_MILLI)).toISOString().slice(0, 19)
}

function positiveModulo(value: bigint, divisor: bigint): bigint {
  const rest = value % divisor
  return rest < 0n ? rest + divisor : rest
}

/** Wall clock for the millisecond, monotonic clock below it; a step of the wall clock is followed. */
function createClock(): () => UnixNanos {
  let last = 0n
  return () => {
    const monotonic = process.hrtime.bigint() % NANOS_PER_MILLI
    let now = BigInt(Date.now()) * NANOS_PER_MILLI + monotonic
    if (now <= last && last - now < NANOS_PER_MILLI * 2n) now = last + 1n
    last = now
    return now
  }
}
