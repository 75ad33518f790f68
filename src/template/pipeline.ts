import type { CommandNode, NumberNode, Operand, PipeNode, VariableNode } from './ast.ts'
import { spell } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { GoError } from './failure.ts'
import type { Token, TokenType } from './lexer.ts'
import { NESTING_MAX, VARIABLES_MAX } from './limits.ts'
import { parseCharacter, parseComplex, parseNumber } from './number.ts'
import { quote, unquote } from './quote.ts'

const OPERAND_STARTS: ReadonlySet<TokenType> = new Set([
  'bool',
  'char-constant',
  'complex',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'raw-string',
  'string',
  'variable',
  'left-paren',
])

/** Parses what stands inside an action; keeps which variables exist there. */
export class PipelineParser {
  readonly #cursor: Cursor
  readonly #functions: ReadonlySet<string>
  readonly #variables: string[] = ['$']
  #parens = 0

  constructor(cursor: Cursor, functions: ReadonlySet<string>) {
    this.#cursor = cursor
    this.#functions = functions
  }

  /** Begins a block: variables declared from here on are gone after `leave`. */
  enter(): number {
    return this.#variables.length
  }

  leave(scope: number): void {
    this.#variables.length = scope
  }

  /** A pipeline with its declarations, up to and with `end`. */
  parse(context: string, end: 'right-delim' | 'right-paren'): PipeNode {
    const { at } = this.#cursor.peekNonSpace()
    const { variables, assigns } = this.#parseDeclarations(context)
    const commands: CommandNode[] = []
    for (;;) {
      const token = this.#cursor.nextNonSpace()
      if (token.type === end) break
      if (!OPERAND_STARTS.has(token.type)) throw this.#cursor.unexpected(token, context)
      this.#cursor.back()
      commands.push(this.#parseCommand())
    }
    checkCommands(commands, context)
    return { kind: 'pipe', at, variables, assigns, commands }
  }

  /** `$x := `, `$x = ` and, for range, `$i, $x := `; nothing is taken where a variable is an operand. */
  #parseDeclarations(context: string): { variables: VariableNode[]; assigns: boolean } {
    const variables: VariableNode[] = []
    for (;;) {
      const start = this.#cursor.mark()
      const variable = this.#cursor.peekNonSpace()
      if (variable.type !== 'variable') return { variables, assigns: false }
      this.#cursor.next()
      const after = this.#cursor.peekNonSpace()
      const isComma = after.type === 'char' && after.text === ','
      if (after.type !== 'assign' && after.type !== 'declare' && !isComma) {
        this.#cursor.reset(start)
        return { variables, assigns: false }
      }
      this.#cursor.next()
      variables.push({ kind: 'variable', at: variable.at, names: [variable.text] })
      if (this.#variables.push(variable.text) > VARIABLES_MAX) throw new GoError(`more than ${VARIABLES_MAX} variables`)
      if (!isComma) return { variables, assigns: after.type === 'assign' }
      this.#checkComma(context, variables.length)
    }
  }

  #checkComma(context: string, count: number): void {
    if (context !== 'range' || count >= 2) throw new GoError(`too many declarations in ${context}`)
    const { type } = this.#cursor.peekNonSpace()
    if (type !== 'variable' && type !== 'right-delim' && type !== 'right-paren') {
      throw new GoError('range can only initialize variables')
    }
  }

  /** Operands up to a pipe character, which is taken, or the end of the pipeline, which is not. */
  #parseCommand(): CommandNode {
    const { at } = this.#cursor.peekNonSpace()
    const operands: Operand[] = []
    for (;;) {
      this.#cursor.peekNonSpace()
      const operand = this.#parseOperand()
      if (operand !== undefined) operands.push(operand)
      const token = this.#cursor.next()
      if (token.type === 'space') continue
      if (token.type === 'right-delim' || token.type === 'right-paren') this.#cursor.back()
      else if (token.type !== 'pipe') throw this.#cursor.unexpected(token, 'operand')
      break
    }
    const [first, ...args] = operands
    if (first === undefined) throw new GoError('empty command')
    return { kind: 'command', at, first, args }
  }

  /** A term and the fields asked of it. */
  #parseOperand(): Operand | undefined {
    const term = this.#parseTerm()
    const { type, at } = this.#cursor.peek()
    if (term === undefined || type !== 'field') return term
    const names: string[] = []
    while (this.#cursor.peek().type === 'field') names.push(this.#cursor.next().text.slice(1))
    switch (term.kind) {
      case 'field':
      case 'variable':
        return { ...term, at, names: [...term.names, ...names] }
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        throw new GoError(`unexpected . after term ${quote(spell(term))}`)
      case 'identifier':
      case 'chain':
      case 'pipe':
        return { kind: 'chain', at, operand: term, names }
    }
  }

  /** A constant, name or parenthesized pipeline; undefined, and nothing taken, where none begins. */
  #parseTerm(): Operand | undefined {
    const token = this.#cursor.nextNonSpace()
    const { at, text } = token
    switch (token.type) {
      case 'identifier':
        return this.#parseIdentifier(token)
      case 'dot':
      case 'nil':
        return { kind: token.type, at }
      case 'variable':
        if (!this.#variables.includes(text)) throw new GoError(`undefined variable ${quote(text)}`)
        return { kind: 'variable', at, names: [text] }
      case 'field':
        return { kind: 'field', at, names: [text.slice(1)] }
      case 'bool':
        return { kind: 'bool', at, value: text === 'true' }
      case 'char-constant':
      case 'complex':
      case 'number':
        return numberNode(token)
      case 'left-paren':
        return this.#parseParenthesized()
      case 'string':
      case 'raw-string':
        return { kind: 'string', at, literal: text, value: unquote(text) }
      default:
        this.#cursor.back()
        return undefined
    }
  }

  #parseIdentifier({ text, at }: Token): Operand {
    if (!this.#functions.has(text)) {
      const known = [...this.#functions].sort().join(', ')
      throw new GoError(`function ${quote(text)} not defined`, `the functions are ${known}`)
    }
    return { kind: 'identifier', at, name: text }
  }

  #parseParenthesized(): PipeNode {
    if (this.#parens >= NESTING_MAX) throw new GoError('max expression depth exceeded')
    this.#parens++
    const pipe = this.parse('parenthesized pipeline', 'right-paren')
    this.#parens--
    return pipe
  }
}

function numberNode({ type, text, at }: Token): NumberNode {
  const parse = type === 'char-constant' ? parseCharacter : type === 'complex' ? parseComplex : parseNumber
  return { kind: 'number', at, constant: parse(text) }
}

/** Later stages of a pipeline get the value before them as argument, so they must be something that can be called. */
function checkCommands(commands: readonly CommandNode[], context: string): void {
  if (commands.length === 0) throw new GoError(`missing value for ${context}`)
  for (const [index, { first }] of commands.entries()) {
    const { kind } = first
    if (index > 0 && (kind === 'bool' || kind === 'dot' || kind === 'nil' || kind === 'number' || kind === 'string')) {
      throw new GoError(`non executable command in pipeline stage ${index + 1}`)
    }
  }
}
