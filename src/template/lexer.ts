import { quote, unicodeName } from './quote.ts'

export type TokenType =
  | 'error'
  | 'bool'
  | 'char'
  | 'char-constant'
  | 'complex'
  | 'assign'
  | 'declare'
  | 'eof'
  | 'field'
  | 'identifier'
  | 'left-delim'
  | 'left-paren'
  | 'number'
  | 'pipe'
  | 'raw-string'
  | 'right-delim'
  | 'right-paren'
  | 'space'
  | 'string'
  | 'text'
  | 'variable'
  | 'dot'
  | Keyword

const KEYWORDS = [
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'nil',
  'range',
  'template',
  'with',
] as const
export type Keyword = (typeof KEYWORDS)[number]

export interface Token {
  readonly type: TokenType
  /** What was read, or the message of an error. */
  readonly text: string
  /** Offset in UTF-16 units. */
  readonly at: number
  /** Line of its first character, from 1. */
  readonly line: number
}

/** A token as errors name it. */
export function describe(token: Token): string {
  if (token.type === 'eof') return 'EOF'
  if (token.type === 'error') return token.text
  if (token.type === 'dot' || isKeyword(token.type)) return `<${token.text}>`
  if (Buffer.byteLength(token.text) > 10) return `${quote([...token.text].slice(0, 10).join(''))}...`
  return quote(token.text)
}

export function isKeyword(word: string): word is Keyword {
  return KEYWORDS.some(keyword => keyword === word)
}

const LEFT = '{{'
const RIGHT = '}}'
/** A `-` and the space that must stand beside it. */
const TRIM_LENGTH = 2

/**
 * The tokens of a template. The last one is `eof` or, where the text is none, `error` with Go's words. Words of
 * `functions` are never keywords (`break` and `continue` can be functions).
 */
export function tokenize(text: string, functions: { has(name: string): boolean }): Token[] {
  const scanner = new Scanner(text, functions)
  while (scanner.scanText() && scanner.scanAction()) {
    // Text and actions follow one another until either ends the input.
  }
  return scanner.tokens
}

const ALPHANUMERIC = /[\p{L}\p{Nd}_]/uy
const WORD = /[\p{L}\p{Nd}_]+/uy
const SPACES = /[ \t\r\n]+/y
const NUMBER =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y

const PUNCTUATION: ReadonlyMap<string, TokenType> = new Map([
  ['=', 'assign'],
  ['|', 'pipe'],
])

class Scanner {
  readonly tokens: Token[] = []
  readonly #text: string
  readonly #functions: { has(name: string): boolean }
  #at = 0
  #parens = 0
  #line = 1
  #lineAt = 0

  constructor(text: string, functions: { has(name: string): boolean }) {
    this.#text = text
    this.#functions = functions
  }

  /** Text and comments up to and with the next `{{`; false at the end of the input. */
  scanText(): boolean {
    for (;;) {
      const open = this.#text.indexOf(LEFT, this.#at)
      const inside = open + LEFT.length
      const trims = open >= 0 && this.#text[inside] === '-' && isSpace(this.#text[inside + 1])
      const plain = this.#text.slice(this.#at, open < 0 ? undefined : open)
      const kept = trims ? trimmedEnd(plain) : plain
      if (kept !== '') this.#push('text', this.#at, kept)
      if (open < 0) return this.#end('eof', this.#text.length, 'EOF')
      const body = inside + (trims ? TRIM_LENGTH : 0)
      if (!this.#text.startsWith('/*', body)) {
        this.#push('left-delim', open, LEFT)
        this.#at = body
        return true
      }
      if (!this.#skipComment(body)) return false
    }
  }

  #skipComment(body: number): boolean {
    const end = this.#text.indexOf('*/', body + 2)
    if (end < 0) return this.#fail(body, 'unclosed comment')
    this.#at = end + 2
    const close = this.#rightDelim()
    if (close === undefined) return this.#fail(body, 'comment ends before closing delimiter')
    this.#leave(close)
    return true
  }

  /** The tokens of an action up to and with its `}}`; false where it has none. */
  scanAction(): boolean {
    this.#parens = 0
    for (;;) {
      const close = this.#rightDelim()
      if (close !== undefined) {
        if (this.#parens > 0) return this.#fail(this.#at, 'unclosed left paren')
        this.#push('right-delim', close.at, RIGHT)
        this.#leave(close)
        return true
      }
      if (!this.#scanToken()) return false
    }
  }

  /** Where the action ends here: the place of its `}}` and whether the spaces after it go. */
  #rightDelim(): { at: number; trims: boolean } | undefined {
    const marker = isSpace(this.#text[this.#at]) && this.#text[this.#at + 1] === '-'
    if (marker && this.#text.startsWith(RIGHT, this.#at + TRIM_LENGTH))
      return { at: this.#at + TRIM_LENGTH, trims: true }
    return this.#text.startsWith(RIGHT, this.#at) ? { at: this.#at, trims: false } : undefined
  }

  #leave(close: { at: number; trims: boolean }): void {
    this.#at = close.at + RIGHT.length
    if (close.trims) this.#at += this.#match(SPACES)?.length ?? 0
  }

  #scanToken(): boolean {
    const start = this.#at
    const character = String.fromCodePoint(this.#text.codePointAt(start) ?? 0)
    const simple = PUNCTUATION.get(character)
    if (start >= this.#text.length) return this.#fail(start, 'unclosed action')
    if (isSpace(character)) return this.#scanSpace()
    if (simple !== undefined) return this.#take(simple, 1)
    if (character === ':')
      return this.#text[start + 1] === '=' ? this.#take('declare', 2) : this.#fail(start, 'expected :=')
    if (character === '"') return this.#scanQuoted('"', 'string', 'quoted string')
    if (character === "'") return this.#scanQuoted("'", 'char-constant', 'character constant')
    if (character === '`') return this.#scanRaw()
    if (character === '$') return this.#scanName('variable')
    if (character === '.' && /^[^0-9]/.test(this.#text[start + 1] ?? '0')) return this.#scanName('field')
    if (/^[.+\-0-9]/.test(character)) return this.#scanNumber()
    if (this.#match(ALPHANUMERIC) !== undefined) return this.#scanWord()
    if (character === '(' || character === ')') return this.#scanParen(character)
    if (/^[!-~]$/.test(character)) return this.#take('char', 1)
    return this.#fail(start, `unrecognized character in action: ${unicodeName(character)}`)
  }

  /** The last space before a `-}}` belongs to the delimiter. */
  #scanSpace(): boolean {
    let length = this.#match(SPACES)?.length ?? 0
    if (this.#text.startsWith(`-${RIGHT}`, this.#at + length)) length--
    return this.#take('space', length)
  }

  #scanParen(character: string): boolean {
    this.#parens += character === '(' ? 1 : -1
    if (this.#parens < 0) return this.#fail(this.#at, 'unexpected right paren')
    return this.#take(character === '(' ? 'left-paren' : 'right-paren', 1)
  }

  #scanQuoted(mark: string, type: TokenType, name: string): boolean {
    for (let at = this.#at + 1; at < this.#text.length; at++) {
      const character = this.#text[at]
      if (character === mark) return this.#take(type, at + 1 - this.#at)
      if (character === '\\') at++
      if (this.#text[at] === '\n') break
    }
    return this.#fail(this.#at, `unterminated ${name}`)
  }

  #scanRaw(): boolean {
    const end = this.#text.indexOf('`', this.#at + 1)
    if (end < 0) return this.#fail(this.#at, 'unterminated raw quoted string')
    return this.#take('raw-string', end + 1 - this.#at)
  }

  /** `.name` or `$name`; alone, `.` is dot and `$` the root. */
  #scanName(type: 'field' | 'variable'): boolean {
    const start = this.#at
    const length = 1 + (this.#match(WORD, start + 1)?.length ?? 0)
    if (!this.#isTerminator(start + length)) return this.#failAt(start, start + length)
    return this.#take(length === 1 && type === 'field' ? 'dot' : type, length)
  }

  #scanWord(): boolean {
    const start = this.#at
    const word = this.#match(WORD) ?? ''
    if (!this.#isTerminator(start + word.length)) return this.#failAt(start, start + word.length)
    if (isKeyword(word) && !(isLoopWord(word) && this.#functions.has(word))) return this.#take(word, word.length)
    return this.#take(word === 'true' || word === 'false' ? 'bool' : 'identifier', word.length)
  }

  #scanNumber(): boolean {
    const first = this.#match(NUMBER) ?? ''
    const end = this.#at + first.length
    const tail = this.#match(ALPHANUMERIC, end)
    if (tail !== undefined) return this.#badNumber(end + tail.length)
    if (this.#text[end] !== '+' && this.#text[end] !== '-') return this.#take('number', first.length)
    const second = this.#match(NUMBER, end) ?? ''
    const rest = this.#match(ALPHANUMERIC, end + second.length)
    if (rest !== undefined || !second.endsWith('i')) return this.#badNumber(end + second.length + (rest?.length ?? 0))
    return this.#take('complex', first.length + second.length)
  }

  #badNumber(end: number): boolean {
    return this.#fail(this.#at, `bad number syntax: ${quote(this.#text.slice(this.#at, end))}`)
  }

  /** Whether a name may end here; what follows otherwise would be arithmetic, say. */
  #isTerminator(at: number): boolean {
    return at >= this.#text.length || /^[ \t\r\n.,|:()]/.test(this.#text.charAt(at)) || this.#text.startsWith(RIGHT, at)
  }

  #failAt(start: number, at: number): boolean {
    const character = String.fromCodePoint(this.#text.codePointAt(at) ?? 0)
    return this.#fail(start, `bad character ${unicodeName(character)}`)
  }

  #match(pattern: RegExp, at = this.#at): string | undefined {
    pattern.lastIndex = at
    return pattern.exec(this.#text)?.[0]
  }

  #take(type: TokenType, length: number): true {
    if (length > 0) this.#push(type, this.#at, this.#text.slice(this.#at, this.#at + length))
    this.#at += length
    return true
  }

  #fail(at: number, message: string): false {
    return this.#end('error', at, message)
  }

  #end(type: 'eof' | 'error', at: number, text: string): false {
    this.#push(type, at, text)
    return false
  }

  #push(type: TokenType, at: number, text: string): void {
    for (; this.#lineAt < at; this.#lineAt++) if (this.#text[this.#lineAt] === '\n') this.#line++
    this.tokens.push({ type, text, at, line: this.#line })
  }
}

function isLoopWord(word: Keyword): boolean {
  return word === 'break' || word === 'continue'
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\r' || character === '\n'
}

/** By hand: a regular expression would take quadratic time on long runs of spaces. */
function trimmedEnd(text: string): string {
  let end = text.length
  while (end > 0 && isSpace(text[end - 1])) end--
  return text.slice(0, end)
}
