/**
 * Go's strings are bytes. Ours are JavaScript strings in which a byte that is not part of valid UTF-8 (the rest of a
 * letter that `slice` or `truncate` cut) stands as the lone surrogate U+DC00 + byte; what leaves the room is well formed.
 */
const ESCAPE_FIRST = 0xdc80
const ESCAPE_LAST = 0xdcff
const BYTE_BASE = 0xdc00

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function toBytes(text: string): Uint8Array {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8')
  const parts: Buffer[] = []
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    parts.push(isEscapedByte(code) ? Buffer.from([code - BYTE_BASE]) : Buffer.from(character, 'utf8'))
  }
  return Buffer.concat(parts)
}

export function fromBytes(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes)
  } catch {
    return fromBrokenBytes(bytes)
  }
}

/** `text` for the world outside: bytes that together make a letter are one, others become U+FFFD. */
export function wellFormed(text: string): string {
  return text.isWellFormed() ? text : fromBytes(toBytes(text)).toWellFormed()
}

/** Length in bytes, as Go's `len` counts. */
export function byteLength(text: string): number {
  return text.isWellFormed() ? Buffer.byteLength(text, 'utf8') : toBytes(text).length
}

/** Bytes `from` to `to` of `text`. */
export function sliceBytes(text: string, from: number, to: number): string {
  if (/^[\x00-\x7f]*$/.test(text)) return text.slice(from, to)
  return fromBytes(toBytes(text).subarray(from, to))
}

/** The byte that an escaped code point stands for. */
export function escapedByte(code: number): number | undefined {
  return isEscapedByte(code) ? code - BYTE_BASE : undefined
}

/** Runes as Go counts them: a byte outside valid UTF-8 is one. */
export function runeCount(text: string): number {
  if (/^[\x00-\x7f]*$/.test(text)) return text.length
  let count = 0
  for (const _ of text) count++
  return count
}

/** Order of Go's strings: by bytes, which is by code points. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i)
    const right = b.charCodeAt(i)
    if (left === right) continue
    const leftHigh = isSurrogate(left)
    return leftHigh === isSurrogate(right) ? left - right : leftHigh ? 1 : -1
  }
  return a.length - b.length
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff
}

function isEscapedByte(code: number): boolean {
  return code >= ESCAPE_FIRST && code <= ESCAPE_LAST
}

/** Each byte that starts no valid sequence is escaped alone, as Go decodes. */
function fromBrokenBytes(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const size = validSequence(bytes, at)
    if (size === 0) text += String.fromCharCode(BYTE_BASE + (bytes[at] ?? 0))
    else text += strict.decode(bytes.subarray(at, at + size))
    at += size === 0 ? 1 : size
  }
  return text
}

/** Length of the valid UTF-8 sequence at `at`; 0 where there is none. */
function validSequence(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  const size = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0
  if (size === 0 || at + size > bytes.length) return 0
  try {
    strict.decode(bytes.subarray(at, at + size))
    return size
  } catch {
    return 0
  }
}
