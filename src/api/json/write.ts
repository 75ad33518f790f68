declare global {
  interface JSON {
    /** JSON text as a value that JSON.stringify writes as it is (ECMAScript: JSON.parse source text access). */
    rawJSON(text: string): unknown
  }
}

export interface WriteOptions {
  /** Write `<`, `>` and `&` as escapes. */
  readonly escapeHtml?: boolean
}

/**
 * JSON as Go's encoder writes it, without the newline at the end. U+2028 and U+2029 are always escaped; a bigint is
 * written as an integer with all its digits (`timeNano` of events).
 *
 * dockerd 28.5 escapes HTML in `/events`, `/containers/{id}/stats`, `/containers/{id}/wait`, all progress streams
 * (pull, push, load, import, build), `/images/{name}/json` and the X-Docker-Container-Path-Stat header. Everything
 * else, errors included, it writes with `<`, `>` and `&` as they are.
 */
export function writeJson(value: unknown, options: WriteOptions = {}): string {
  const text = JSON.stringify(value, bigintAsInteger)
  return text.replace(options.escapeHtml === true ? HTML : SEPARATORS, escaped)
}

const SEPARATORS = /[\u2028\u2029]/g
const HTML = /[<>&\u2028\u2029]/g

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function bigintAsInteger(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? JSON.rawJSON(value.toString()) : value
}
