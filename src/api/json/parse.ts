import { InvalidArgument } from '#lib/errors'

/** Docker's deepest request has 7 levels; Go stops at 10,000. */
export const JSON_DEPTH_MAX = 100
export const JSON_BYTES_MAX = 16 * 1024 * 1024

export interface JsonLimits {
  readonly maxDepth?: number
  readonly maxBytes?: number
}

/**
 * Parses JSON that came from outside. Of duplicate keys the last one wins, as in Go; `__proto__` and `constructor` are
 * keys like any other. The depth is checked before anything is built, so that no text can exhaust the stack.
 * @throws InvalidArgument in Docker's words, without repeating more of the text than one character (it may hold secrets).
 */
export function parseJson(text: string, limits: JsonLimits = {}): unknown {
  const maxBytes = limits.maxBytes ?? JSON_BYTES_MAX
  if (text.length > maxBytes || Buffer.byteLength(text) > maxBytes) {
    throw new InvalidArgument(`invalid JSON: larger than ${maxBytes} bytes`)
  }
  checkDepth(text, limits.maxDepth ?? JSON_DEPTH_MAX)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new InvalidArgument(syntaxMessage(text, error instanceof Error ? error.message : ''))
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

function checkDepth(text: string, maxDepth: number): void {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (inString) {
      if (code === BACKSLASH) i++
      else if (code === QUOTE) inString = false
    } else if (code === QUOTE) inString = true
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > maxDepth) throw new InvalidArgument(`invalid JSON: nested more than ${maxDepth} levels deep`)
    } else if (code === 0x7d || code === 0x5d) depth--
  }
}

/** Go's message for what V8 says of the same text. */
function syntaxMessage(text: string, message: string): string {
  if (text.trim() === '') return 'invalid JSON: got EOF while reading request body'
  if (message.startsWith('Unexpected non-whitespace')) return 'unexpected content after JSON'
  const token = /^Unexpected token '(.)'/su.exec(message)?.[1]
  if (token !== undefined) return `invalid JSON: invalid character ${quoted(token)} looking for beginning of value`
  const offset = /at position (\d+)/.exec(message)?.[1]
  const at = Number(offset)
  const character = offset === undefined ? undefined : text.at(at)
  if (character === undefined) return 'invalid JSON: unexpected EOF'
  return `invalid JSON: invalid character ${quoted(character)} at offset ${at}`
}

function quoted(character: string): string {
  return `'${JSON.stringify(character).slice(1, -1)}'`
}
