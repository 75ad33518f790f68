import { humanDuration } from '#lib/units'
import { zoneName, zoneOffset } from './zone.ts'

/** `2006-01-02 15:04:05 +0100 CET`: Unix seconds as Go prints a time. */
export function goTime(seconds: number, fraction = ''): string {
  const millis = seconds * 1000
  return `${localDate(millis)} ${localClock(millis)}${fraction} ${zoneOffset(millis)} ${zoneName(millis)}`
}

/** `2006-01-02T15:04:05+01:00`: Unix seconds by RFC 3339 in this computer's zone. */
export function localRfc3339(seconds: number): string {
  const millis = seconds * 1000
  const offset = zoneOffset(millis)
  const zone = offset === '+0000' ? 'Z' : `${offset.slice(0, 3)}:${offset.slice(3)}`
  return `${localDate(millis)}T${localClock(millis)}${zone}`
}

/** RFC 3339 as Go prints the time that it parsed; text that is none stays. */
export function goTimeOf(rfc3339: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(rfc3339)
  if (match === null) return rfc3339
  const [, date, clock, fraction = '', zone = 'Z'] = match
  const shown = fraction.replace(/\.?0+$/, '')
  if (zone === 'Z') return `${date} ${clock}${shown} +0000 UTC`
  const offset = zone.replace(':', '')
  const millis = Date.parse(rfc3339)
  // Go names the zone where it is that of this computer.
  return `${date} ${clock}${shown} ${offset} ${zoneOffset(millis) === offset ? zoneName(millis) : offset}`
}

/** `5 minutes ago`, of Unix seconds. */
export function ago(seconds: number, now: number = Date.now()): string {
  return `${humanDuration(now - seconds * 1000)} ago`
}

function localDate(millis: number): string {
  const date = new Date(millis)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

function localClock(millis: number): string {
  return new Date(millis).toTimeString().slice(0, 8)
}
