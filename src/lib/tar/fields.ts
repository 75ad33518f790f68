import { BLOCK, TarFault } from './header.ts'
import { decodeName } from './name.ts'

/** Offset and length of a field in a header block (POSIX.1-2001 ustar, and GNU's use of the same bytes). */
export type Field = readonly [at: number, length: number]

export const NAME: Field = [0, 100]
export const MODE: Field = [100, 8]
export const UID: Field = [108, 8]
export const GID: Field = [116, 8]
export const SIZE: Field = [124, 12]
export const MTIME: Field = [136, 12]
export const CHECKSUM: Field = [148, 8]
export const TYPE_AT = 156
export const LINK_NAME: Field = [157, 100]
export const MAGIC: Field = [257, 8]
export const UNAME: Field = [265, 32]
export const GNAME: Field = [297, 32]
export const DEV_MAJOR: Field = [329, 8]
export const DEV_MINOR: Field = [337, 8]
export const PREFIX: Field = [345, 155]

/** `block` with a header at `base`, of which fields are read without copying. */
export function text(block: Buffer, base: number, [at, length]: Field): string {
  const start = base + at
  let end = start
  while (end < start + length && block[end] !== 0) end++
  return decodeName(block, start, end)
}

/**
 * A number field: octal digits with blanks before and a blank or NUL after, or GNU's base-256. What GNU tar reads with
 * a warning, or reads otherwise than others do, is a fault.
 */
export function number(block: Buffer, base: number, [at, length]: Field, what: string): number {
  const start = base + at
  const end = start + length
  const first = block[start] ?? 0
  if (first === 0x80 || first === 0xff) return base256(block, start, end, what)
  let pos = start
  if (first === 0) pos++
  while (pos < end && block[pos] === 0x20) pos++
  if (pos === end) throw new TarFault(`${what} is blank`)
  let value = 0
  for (; pos < end; pos++) {
    const digit = (block[pos] ?? 0) - 0x30
    if (digit < 0 || digit > 7) break
    value = value * 8 + digit
  }
  if (pos < end && block[pos] !== 0 && block[pos] !== 0x20) throw new TarFault(`${what} is no octal number`)
  return value
}

/** As `number`, for what cannot be negative. */
export function count(block: Buffer, base: number, field: Field, what: string): number {
  const value = number(block, base, field, what)
  if (value < 0) throw new TarFault(`${what} is negative`)
  return value
}

/** Big-endian two's complement; the first byte only says which sign. */
function base256(block: Buffer, start: number, end: number, what: string): number {
  const flip = block[start] === 0xff ? 0xff : 0
  let value = 0
  for (let pos = start + 1; pos < end; pos++) {
    value = value * 256 + ((block[pos] ?? 0) ^ flip)
    if (value > Number.MAX_SAFE_INTEGER) throw new TarFault(`${what} is beyond 2^53`)
  }
  return flip === 0 ? value : -value - 1
}

const CHECKSUM_END = CHECKSUM[0] + CHECKSUM[1]

/** The sum of the block's bytes, those of the checksum itself read as blanks. */
export function checksum(block: Buffer, base: number): number {
  let sum = 0x20 * CHECKSUM[1]
  for (let i = base; i < base + CHECKSUM[0]; i++) sum += block[i] ?? 0
  for (let i = base + CHECKSUM_END; i < base + BLOCK; i++) sum += block[i] ?? 0
  return sum
}

/** The same with bytes taken as signed: what tars of old on some machines wrote. */
function signedChecksum(block: Buffer, base: number): number {
  let high = 0
  for (let i = base; i < base + BLOCK; i++) {
    const inChecksum = i >= base + CHECKSUM[0] && i < base + CHECKSUM_END
    if (!inChecksum && (block[i] ?? 0) > 0x7f) high++
  }
  return checksum(block, base) - 256 * high
}

export function checksumMatches(block: Buffer, base: number): boolean {
  const recorded = number(block, base, CHECKSUM, 'checksum')
  return recorded === checksum(block, base) || recorded === signedChecksum(block, base)
}

export function isZeroBlock(block: Buffer, base: number): boolean {
  for (let i = base; i < base + BLOCK; i++) if (block[i] !== 0) return false
  return true
}
