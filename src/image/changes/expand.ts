import { InvalidArgument } from '#lib/errors'
import { quoted } from '#lib/printable'

/** How deep `${A:-${B:-...}}` may go. */
const DEPTH_MAX = 100

export type Variables = ReadonlyMap<string, string>

/**
 * A word as a Dockerfile means it: quotes and escapes taken away, `$NAME`, `${NAME}` and `${NAME:-word}` (also `-`,
 * `:+`, `+`, `:?`, `?`) replaced.
 * @throws InvalidArgument in Docker's words
 */
export function expandWord(word: string, variables: Variables): string {
  return new Expander(word, variables).whole().join('')
}

/** The same for a word that may become several: what comes out of a variable is split at blanks. */
export function expandWords(word: string, variables: Variables): string[] {
  const words: string[] = []
  let open = false
  for (const piece of new Expander(word, variables).whole()) {
    // Quoted pieces stand for themselves; a variable's blanks end a word.
    const parts = piece instanceof Loose ? piece.text.split(/\s+/) : [String(piece)]
    for (const [at, part] of parts.entries()) {
      if (at > 0) open = false
      if (part === '') continue
      if (open) words[words.length - 1] += part
      else words.push(part)
      open = true
    }
  }
  return words
}

/** What came out of a variable without quotes around it, or stood in the word without them. */
class Loose {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

class Expander {
  readonly #text: string
  readonly #variables: Variables
  #at = 0
  #depth = 0

  constructor(text: string, variables: Variables) {
    this.#text = text
    this.#variables = variables
  }

  whole(): (string | Loose)[] {
    try {
      return this.#until('')
    } catch (error) {
      if (!(error instanceof InvalidArgument)) throw error
      throw new InvalidArgument(`failed to process ${quoted(this.#text)}: ${error.message}`)
    }
  }

  /** Everything up to `stop`, which is taken too. */
  #until(stop: string): (string | Loose)[] {
    const pieces: (string | Loose)[] = []
    for (;;) {
      const char = this.#next()
      if (char === '' && stop !== '') throw new InvalidArgument("syntax error: missing '}'")
      if (char === stop) return pieces
      if (char === "'") pieces.push(this.#singleQuoted())
      else if (char === '"') pieces.push(this.#doubleQuoted())
      else if (char === '$') pieces.push(new Loose(this.#dollar()))
      else if (char === '\\') pieces.push(this.#next())
      else pieces.push(new Loose(char))
    }
  }

  #singleQuoted(): string {
    const end = this.#text.indexOf("'", this.#at)
    if (end < 0) {
      throw new InvalidArgument('unexpected end of statement while looking for matching single-quote')
    }
    const text = this.#text.slice(this.#at, end)
    this.#at = end + 1
    return text
  }

  #doubleQuoted(): string {
    let text = ''
    for (;;) {
      const char = this.#next()
      if (char === '"') return text
      if (char === '') {
        throw new InvalidArgument('unexpected end of statement while looking for matching double-quote')
      }
      if (char === '$') text += this.#dollar()
      else if (char === '\\' && /["$\\]/.test(this.#peek())) text += this.#next()
      else text += char
    }
  }

  #dollar(): string {
    if (this.#peek() !== '{') {
      const name = this.#name()
      return name === '' ? '$' : (this.#variables.get(name) ?? '')
    }
    this.#next()
    if (this.#peek() === '') throw new InvalidArgument("syntax error: missing '}'")
    if (/[{}:]/.test(this.#peek())) throw new InvalidArgument('syntax error: bad substitution')
    const name = this.#name()
    const value = this.#variables.get(name)
    const char = this.#next()
    if (char === '}') return value ?? ''
    if (char === '') throw new InvalidArgument("syntax error: missing '}'")
    const operator = char === ':' ? this.#next() : char
    if (!['-', '+', '?'].includes(operator)) {
      throw new InvalidArgument(`unsupported modifier (${char === ':' ? ':' : ''}${operator}) in substitution`)
    }
    return this.#choose(name, char === ':' && value === '' ? undefined : value, operator, value !== undefined)
  }

  #choose(name: string, value: string | undefined, operator: string, isSet: boolean): string {
    if (++this.#depth > DEPTH_MAX) throw new InvalidArgument('syntax error: nested too deep')
    const word = this.#until('}').join('')
    this.#depth--
    if (operator === '-') return value ?? word
    if (operator === '+') return value === undefined ? '' : word
    if (value !== undefined) return value
    throw new InvalidArgument(
      `${name}: ${word || (isSet ? 'is not allowed to be empty' : 'is not allowed to be unset')}`,
    )
  }

  /** A name, digits, or one of the shell's special parameters. */
  #name(): string {
    const name = /^(?:[0-9]+|[@*#?$!-]|[\p{L}_][\p{L}\p{Nd}_]*)/u.exec(this.#text.slice(this.#at))?.[0] ?? ''
    this.#at += name.length
    return name
  }

  #peek(): string {
    return this.#text[this.#at] ?? ''
  }

  #next(): string {
    return this.#text[this.#at++] ?? ''
  }
}
