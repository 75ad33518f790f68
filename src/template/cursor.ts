import { GoError } from './failure.ts'
import type { Token, TokenType } from './lexer.ts'
import { describe } from './lexer.ts'

/** Walks over tokens, forth and back; knows the line that Go would blame. */
export class Cursor {
  readonly #name: string
  readonly #tokens: readonly Token[]
  #next = 0
  #furthest = 0
  /** Line of the `{{` whose action is being read; 0 outside. */
  actionLine = 0

  constructor(name: string, tokens: readonly Token[]) {
    this.#name = name
    this.#tokens = tokens
  }

  /** Line of the furthest token that was looked at. */
  get line(): number {
    return this.#at(this.#furthest).line
  }

  peek(): Token {
    this.#furthest = Math.max(this.#furthest, Math.min(this.#next, this.#tokens.length - 1))
    return this.#at(this.#next)
  }

  next(): Token {
    const token = this.peek()
    this.#next++
    return token
  }

  nextNonSpace(): Token {
    let token = this.next()
    while (token.type === 'space') token = this.next()
    return token
  }

  peekNonSpace(): Token {
    while (this.peek().type === 'space') this.#next++
    return this.peek()
  }

  back(): void {
    this.#next--
  }

  mark(): number {
    return this.#next
  }

  reset(mark: number): void {
    this.#next = mark
  }

  expect(type: TokenType, context: string): Token {
    const token = this.nextNonSpace()
    if (token.type !== type) throw this.unexpected(token, context)
    return token
  }

  /** The error for a token that cannot stand here; an error of the lexer speaks for itself. */
  unexpected(token: Token, context: string): GoError {
    if (token.type !== 'error') return new GoError(`unexpected ${describe(token)} in ${context}`)
    if (this.actionLine === 0 || this.actionLine === token.line) return new GoError(token.text)
    const word = token.text.endsWith(' action') ? '' : ' in action'
    return new GoError(`${token.text}${word} started at ${this.#name}:${this.actionLine}`)
  }

  /** Past the end there is only the last token, again and again. */
  #at(index: number): Token {
    const token = this.#tokens[Math.min(index, this.#tokens.length - 1)]
    if (token === undefined) throw new GoError('unexpected EOF')
    return token
  }
}
