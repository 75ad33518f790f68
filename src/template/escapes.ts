import { toBytes } from './bytes.ts'
import { isPrint } from './quote.ts'

const HTML: ReadonlyMap<string, string> = new Map([
  ['\0', '\ufffd'],
  ['"', '&#34;'],
  ["'", '&#39;'],
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
])

/** The builtin `html`. */
export function escapeHtml(text: string): string {
  return text.replace(/[\0"'&<>]/g, found => HTML.get(found) ?? found)
}

const BACKSLASHED = '\\\'"'

/** The builtin `js`: safe inside a JavaScript string. */
export function escapeJavaScript(text: string): string {
  let escaped = ''
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (BACKSLASHED.includes(character)) escaped += `\\${character}`
    else if ('<>&='.includes(character) || code < 0x20) escaped += unicodeEscape(code)
    else if (code < 0x80 || isPrint(character) || isSurrogate(code)) escaped += character
    else escaped += unicodeEscape(code)
  }
  return escaped
}

function unicodeEscape(code: number): string {
  return `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff
}

/** The builtin `urlquery`: a value of a URL's query. */
export function escapeQuery(text: string): string {
  let escaped = ''
  for (const byte of toBytes(text)) {
    const character = String.fromCharCode(byte)
    if (/[A-Za-z0-9\-_.~]/.test(character)) escaped += character
    else escaped += byte === 0x20 ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return escaped
}
