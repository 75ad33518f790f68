import { isUtf8 } from 'node:buffer'

/**
 * File names are bytes, JavaScript's strings are not. A name that is UTF-8 becomes the string that everybody expects;
 * of any other name each byte that does not belong to UTF-8 becomes the lone surrogate U+DC80 + (byte - 0x80), as
 * Python does ("surrogateescape"). The way back is exact, two names never become one string, and comparing, splitting
 * at `/` and using strings as keys keep working. Give a name to the kernel as `encodeName(name)`: a plain string with
 * lone surrogates in it would become another name.
 */
const ESCAPE = 0xdc00

/** The name in `bytes[start..end)`. */
export function decodeName(bytes: Buffer, start = 0, end: number = bytes.length): string {
  for (let i = start; i < end; i++) {
    if ((bytes[i] ?? 0) < 0x80) continue
    const part = bytes.subarray(start, end)
    return isUtf8(part) ? part.toString('utf8', 0, part.length) : decodeEscaped(part)
  }
  return bytes.toString('latin1', start, end)
}

/** The bytes of a name made by `decodeName`, or of any other well-formed string. */
export function encodeName(name: string): Buffer {
  if (name.isWellFormed()) return Buffer.from(name, 'utf8')
  const parts: Buffer[] = []
  for (const char of name) {
    const code = char.codePointAt(0) ?? 0
    const escaped = code >= ESCAPE + 0x80 && code <= ESCAPE + 0xff
    parts.push(escaped ? Buffer.of(code - ESCAPE) : Buffer.from(char, 'utf8'))
  }
  return Buffer.concat(parts)
}

function decodeEscaped(bytes: Buffer): string {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at)
    if (length === 0) {
      text += String.fromCharCode(ESCAPE + (bytes[at] ?? 0))
      at++
    } else {
      text += bytes.toString('utf8', at, at + length)
      at += length
    }
  }
  return text
}

/** How many bytes the UTF-8 sequence at `at` has; 0 where none stands there. */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
  return length > 0 && at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0
}
