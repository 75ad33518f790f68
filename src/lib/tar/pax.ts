import { TarFault } from './header.ts'
import { decodeName } from './name.ts'

/** What an extended header ('x') or a global one ('g') says; undefined where it says nothing (POSIX.1-2001 pax). */
export interface PaxAttributes {
  path: string | undefined
  linkPath: string | undefined
  size: number | undefined
  uid: number | undefined
  gid: number | undefined
  uname: string | undefined
  gname: string | undefined
  mtime: bigint | undefined
  atime: bigint | undefined
  ctime: bigint | undefined
  /** Copies: they outlive the chunk that they came in. */
  xattrs: Map<string, Uint8Array> | undefined
  /** `GNU.sparse.*`, by the rest of the key. */
  sparse: Map<string, string> | undefined
}

export const NO_PAX: Readonly<PaxAttributes> = emptyPax()

const XATTR = 'SCHILY.xattr.'
const SPARSE = 'GNU.sparse.'

/** Of several volumes, or of incremental backups: they change what the archive means. */
const REFUSED = ['GNU.volume.', 'GNU.dumpdir']

/** What must not be said of all members at once: GNU tar believes it, Docker does not (SAFETY S10). */
const NOT_GLOBAL = ['path', 'linkpath', 'size']

/**
 * Reads the records of an extended header. Of a key that comes twice the last one counts, as everywhere. Unknown keys
 * are comments, as for GNU tar.
 */
export function parsePax(payload: Buffer, global: boolean): PaxAttributes {
  const found = emptyPax()
  for (let at = 0; at < payload.length; ) {
    const next = at + recordLength(payload, at)
    const keyAt = payload.indexOf(0x20, at) + 1
    const equals = payload.indexOf(0x3d, keyAt)
    if (equals < keyAt || equals >= next) throw new TarFault('extended header: a record without =')
    const key = decodeName(payload, keyAt, equals)
    if (global && isNotGlobal(key)) throw new TarFault(`global extended header: ${key} for all members`)
    assign(found, key, payload.subarray(equals + 1, next - 1))
    at = next
  }
  return found
}

/** `x` where it says something, else `global`. */
export function overlay(global: Readonly<PaxAttributes>, x: Readonly<PaxAttributes>): PaxAttributes {
  return {
    path: x.path,
    linkPath: x.linkPath,
    size: x.size,
    uid: x.uid ?? global.uid,
    gid: x.gid ?? global.gid,
    uname: x.uname ?? global.uname,
    gname: x.gname ?? global.gname,
    mtime: x.mtime ?? global.mtime,
    atime: x.atime ?? global.atime,
    ctime: x.ctime ?? global.ctime,
    xattrs: x.xattrs,
    sparse: x.sparse,
  }
}

function emptyPax(): PaxAttributes {
  return {
    path: undefined,
    linkPath: undefined,
    size: undefined,
    uid: undefined,
    gid: undefined,
    uname: undefined,
    gname: undefined,
    mtime: undefined,
    atime: undefined,
    ctime: undefined,
    xattrs: undefined,
    sparse: undefined,
  }
}

/** The length that a record begins with, checked against what is there. */
function recordLength(payload: Buffer, at: number): number {
  let length = 0
  let pos = at
  for (; pos < payload.length && pos < at + 8; pos++) {
    const digit = (payload[pos] ?? 0) - 0x30
    if (digit < 0 || digit > 9) break
    length = length * 10 + digit
  }
  const fits = pos > at && payload[pos] === 0x20 && length > pos - at + 2 && at + length <= payload.length
  if (!fits || payload[at + length - 1] !== 0x0a) throw new TarFault('extended header: a record of wrong length')
  return length
}

function isNotGlobal(key: string): boolean {
  return NOT_GLOBAL.includes(key) || key.startsWith(XATTR) || key.startsWith(SPARSE)
}

function assign(found: PaxAttributes, key: string, value: Buffer): void {
  switch (key) {
    case 'path':
      found.path = nameValue(key, value)
      return
    case 'linkpath':
      found.linkPath = nameValue(key, value)
      return
    case 'uname':
    case 'gname':
      found[key] = textValue(key, value)
      return
    case 'size':
    case 'uid':
    case 'gid':
      found[key] = numberValue(key, value)
      return
    case 'mtime':
    case 'atime':
    case 'ctime':
      found[key] = timeValue(key, value)
      return
    default:
      assignVendor(found, key, value)
  }
}

function assignVendor(found: PaxAttributes, key: string, value: Buffer): void {
  if (key.startsWith(XATTR)) {
    found.xattrs ??= new Map()
    found.xattrs.set(decodeKey(key.slice(XATTR.length)), Uint8Array.from(value))
  } else if (key.startsWith(SPARSE)) {
    found.sparse ??= new Map()
    found.sparse.set(key.slice(SPARSE.length), textValue(key, value))
  } else if (REFUSED.some(prefix => key.startsWith(prefix))) {
    throw new TarFault(`extended header: ${key} belongs to a backup of several volumes`)
  }
}

/** GNU tar writes `=` and `%` in the name of an attribute as `%3D` and `%25`. */
function decodeKey(key: string): string {
  return key.includes('%') ? key.replaceAll('%3D', '=').replaceAll('%25', '%') : key
}

function textValue(key: string, value: Buffer): string {
  if (value.includes(0)) throw new TarFault(`extended header: ${key} with a NUL`)
  return decodeName(value)
}

/** Empty would mean "not set" to some and "empty" to others. */
function nameValue(key: string, value: Buffer): string {
  if (value.length === 0) throw new TarFault(`extended header: ${key} is empty`)
  return textValue(key, value)
}

function numberValue(key: string, value: Buffer): number {
  const digits = value.toString('latin1', 0, Math.min(value.length, 32))
  const number = /^[0-9]{1,20}$/.test(digits) ? Number(digits) : Number.NaN
  if (!Number.isSafeInteger(number)) throw new TarFault(`extended header: ${key} is no number up to 2^53`)
  return number
}

/** Nanoseconds of `-12.345`, rounded down. */
function timeValue(key: string, value: Buffer): bigint {
  const match = /^(-?)([0-9]{1,15})(?:\.([0-9]{0,40}))?$/.exec(value.toString('latin1', 0, Math.min(value.length, 64)))
  if (match === null) throw new TarFault(`extended header: ${key} is no time`)
  const [, sign, seconds = '0', fraction = ''] = match
  const nanos = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'))
  if (sign === '') return nanos
  return /[1-9]/.test(fraction.slice(9)) ? -nanos - 1n : -nanos
}
