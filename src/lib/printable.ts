/** Most characters of foreign text that go into an error message. */
const QUOTE_MAX = 200

/** Controls (C0, DEL, C1), the marks that turn the direction of writing, line separators and lone surrogates. */
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/u

const UNPRINTABLES = new RegExp(UNPRINTABLE, 'gu')

/**
 * `"text"` for an error message: foreign text in double quotes with everything escaped that could move a terminal's
 * cursor or the direction of writing, and cut where it is longer than `limit` characters.
 */
export function quoted(text: string, limit: number = QUOTE_MAX): string {
  return `"${printable(text, limit).replace(/"/g, '\\"')}"`
}

/** As `quoted`, without the quotes: for places where Docker's message has none. */
export function printable(text: string, limit: number = QUOTE_MAX): string {
  const short = text.length > limit ? `${text.slice(0, limit)}...` : text
  if (!UNPRINTABLE.test(short)) return short
  return short.replace(UNPRINTABLES, char => {
    const code = char.codePointAt(0) ?? 0
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
}
