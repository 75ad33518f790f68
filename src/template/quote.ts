import { escapedByte, fromBytes, toBytes } from './bytes.ts'
import { GoError } from './failure.ts'

const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u

/** Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space. */
export function isPrint(character: string): boolean {
  return PRINTABLE.test(character)
}

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
])

/** A Go string literal of `text` (strconv.Quote, QuoteToASCII). */
export function quote(text: string, ascii = false): string {
  let quoted = ''
  for (const character of text) quoted += quotedCharacter(character, '"', ascii)
  return `"${quoted}"`
}

/** A Go character literal (strconv.QuoteRune). */
export function quoteRune(code: number, ascii = false): string {
  const valid = code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
  return `'${quotedCharacter(valid ? String.fromCodePoint(code) : '\ufffd', "'", ascii)}'`
}

function quotedCharacter(character: string, mark: string, ascii: boolean): string {
  if (character === mark || character === '\\') return `\\${character}`
  const code = character.codePointAt(0) ?? 0
  const byte = escapedByte(code)
  if (byte !== undefined) return `\\x${hex(byte, 2)}`
  if (code >= 0xd800 && code <= 0xdfff) return ascii ? '\\ufffd' : '\ufffd'
  if (isPrint(character) && (!ascii || code < 0x80)) return character
  const short = SHORT_ESCAPES.get(character)
  if (short !== undefined) return short
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`
}

/** `U+0041 'A'`: Go's %#U, with the character where it is printable. */
export function unicodeName(character: string): string {
  const name = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
  return isPrint(character) ? `${name} '${character}'` : name
}

/**
 * What a Go string literal means.
 * @throws GoError `invalid syntax`
 */
export function unquote(literal: string): string {
  const body = literal.slice(1, -1)
  if (literal.startsWith('`')) return body.replaceAll('\r', '')
  if (!body.includes('\\')) return body
  const parts: Uint8Array[] = []
  let at = 0
  while (at < body.length) {
    const found = unquoteCharacter(body, at, '"')
    parts.push(found.bytes)
    at = found.next
  }
  return fromBytes(Buffer.concat(parts))
}

interface Unquoted {
  readonly code: number
  readonly bytes: Uint8Array
  readonly next: number
}

const ESCAPES: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['b', 8],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
  ['\\', 92],
])

const NUMERIC_ESCAPE = /x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})/y

/** The character that begins at `at`, between quotes of the kind `mark`. */
export function unquoteCharacter(body: string, at: number, mark: string): Unquoted {
  const plain = String.fromCodePoint(body.codePointAt(at) ?? 0)
  if (at >= body.length || plain === mark) throw new GoError('invalid syntax')
  if (plain !== '\\') return { code: plain.codePointAt(0) ?? 0, bytes: toBytes(plain), next: at + plain.length }
  const letter = body[at + 1] ?? ''
  const known = letter === mark ? mark.codePointAt(0) : ESCAPES.get(letter)
  if (known !== undefined) return { code: known, bytes: Buffer.from([known]), next: at + 2 }
  NUMERIC_ESCAPE.lastIndex = at + 1
  const match = NUMERIC_ESCAPE.exec(body)
  if (match === null) throw new GoError('invalid syntax')
  return { ...numericEscape(match), next: at + 1 + match[0].length }
}

function numericEscape(match: RegExpExecArray): { code: number; bytes: Uint8Array } {
  const [, byte, short, long, octal] = match
  const isByte = byte !== undefined || octal !== undefined
  const code = Number.parseInt(byte ?? short ?? long ?? octal ?? '', octal === undefined ? 16 : 8)
  if (isByte) {
    if (code > 255) throw new GoError('invalid syntax')
    return { code, bytes: Buffer.from([code]) }
  }
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw new GoError('invalid syntax')
  return { code, bytes: Buffer.from(String.fromCodePoint(code)) }
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0')
}
