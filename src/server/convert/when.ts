import { InvalidArgument } from '#lib/errors'
import { parseDuration } from '#lib/units'

const TIME = /^(\d{4}-\d\d-\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d(?:\.\d{1,9})?))?)?)?(Z|z|[+-]\d\d:\d\d)?$/
const UNIX = /^[+-]?\d+(?:\.\d+)?$/

/**
 * A point in time as Docker's filters say it, in milliseconds: Unix seconds, a time or date (UTC where it names no
 * zone), or a Go duration back from `now`.
 * @throws InvalidArgument in Docker's words
 */
export function parseWhen(text: string, now: number): number {
  if (UNIX.test(text)) return Number(text) * 1000
  const back = parseDuration(text)
  if (back !== undefined) return now - back / 1e6
  const [, date, hour = '00', minute = '00', second = '00', zone = 'Z'] = TIME.exec(text) ?? []
  const millis = Date.parse(`${date}T${hour}:${minute}:${second}${zone.toUpperCase()}`)
  if (!Number.isNaN(millis)) return millis
  throw new InvalidArgument(`failed to parse value as time or duration: ${JSON.stringify(text)}`, {
    fix: 'use a time (2006-01-02T15:04:05Z), a date, a duration (24h) or Unix seconds',
  })
}
