import { parseDuration } from '#lib/units'
import { Failure } from '../failure.ts'

const TIME = /^(\d{4}-\d\d-\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,9})\d*)?)?)?)?(Z|z|[+-]\d\d:\d\d)?$/
const UNIX = /^[+-]?\d+(\.\d+)?$/

/**
 * What `--since` and `--until` say as Unix seconds for the engine: a Go duration back from `now` (milliseconds), a
 * time or date, in this computer's zone where it names none, or Unix seconds as they are.
 * @throws Failure in Docker's words, which name `flag` unless it is ''
 */
export function parseSince(text: string, now: number, flag: string): string {
  const back = text === '0' ? undefined : parseDuration(text)
  if (back !== undefined) return String(Math.floor((now - back / 1e6) / 1000))
  const match = TIME.exec(text)
  if (match !== null) return seconds(match) ?? refuse(text, flag, 'out of range')
  if (UNIX.test(text)) return text
  return refuse(text, flag, undefined)
}

function seconds([, date, hour = '00', minute = '00', second = '00', fraction = '', zone = '']: RegExpExecArray):
  | string
  | undefined {
  // Without a zone JavaScript takes a date with a time for local.
  const millis = Date.parse(`${date}T${hour}:${minute}:${second}${zone.toUpperCase()}`)
  return Number.isNaN(millis) ? undefined : `${Math.floor(millis / 1000)}.${fraction.padEnd(9, '0')}`
}

function refuse(text: string, flag: string, reason: string | undefined): never {
  const what = text.includes('-')
    ? `parsing time ${JSON.stringify(text)}: ${reason ?? 'neither a time (2006-01-02T15:04:05Z) nor a date (2006-01-02)'}`
    : `failed to parse value as time or duration: ${JSON.stringify(text)}`
  throw new Failure(flag === '' ? what : `invalid value for "${flag}": ${what}`)
}
