import { readFileSync } from 'node:fs'

const HEADER_BYTES = 44
const FILE_BYTES_MAX = 1024 * 1024

/**
 * The short name of this computer's time zone at a time, `CET`, as Go prints it: JavaScript knows how far the zone is
 * from UTC and no such names, so that they are looked up in the zone's file (RFC 9636).
 */
export function zoneName(millis: number): string {
  const offset = -new Date(millis).getTimezoneOffset() * 60
  const names = namesByOffset(process.env['TZ'])
  return names.get(offset) ?? (offset === 0 ? 'UTC' : offsetText(offset).slice(0, 3))
}

/** `+0100` */
export function zoneOffset(millis: number): string {
  return offsetText(-new Date(millis).getTimezoneOffset() * 60)
}

function offsetText(seconds: number): string {
  const minutes = Math.abs(seconds) / 60
  const hours = String(Math.floor(minutes / 60)).padStart(2, '0')
  return `${seconds < 0 ? '-' : '+'}${hours}${String(minutes % 60).padStart(2, '0')}`
}

/** Names by seconds east of UTC; of several the one that is, or was, used last. */
function namesByOffset(zone: string | undefined): ReadonlyMap<number, string> {
  const path = zone === undefined ? '/etc/localtime' : `/usr/share/zoneinfo/${zone.replace(/^:/, '')}`
  try {
    const file = readFileSync(path)
    return file.length > FILE_BYTES_MAX ? new Map() : parseZone(file)
  } catch {
    return new Map()
  }
}

interface Counts {
  readonly start: number
  readonly transitions: number
  readonly types: number
  /** Where the next block begins. */
  readonly end: number
}

function parseZone(file: Buffer): ReadonlyMap<number, string> {
  const first = counts(file, 0, 4)
  const isNewer = file.toString('latin1', 0, 4) === 'TZif' && (file[4] ?? 0) >= 0x32
  const width = isNewer ? 8 : 4
  const { start, transitions, types } = isNewer ? counts(file, first.end, width) : first
  const order = start + transitions * width
  const infos = order + transitions
  const texts = infos + types * 6
  const names = new Map<number, string>()
  const used = [...Array(types).keys(), ...file.subarray(order, infos)]
  for (const type of used) {
    const at = infos + type * 6
    const name = texts + (file[at + 5] ?? 0)
    names.set(file.readInt32BE(at), file.toString('latin1', name, file.indexOf(0, name)))
  }
  return names
}

function counts(file: Buffer, at: number, width: number): Counts {
  const [utc = 0, standard = 0, leap = 0, transitions = 0, types = 0, chars = 0] = [20, 24, 28, 32, 36, 40].map(field =>
    file.readUInt32BE(at + field),
  )
  const start = at + HEADER_BYTES
  const end = start + transitions * (width + 1) + types * 6 + chars + leap * (width + 4) + standard + utc
  return { start, transitions, types, end }
}
