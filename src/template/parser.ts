import type { BranchNode, PipeNode, Statement, TemplateNode } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { GoError } from './failure.ts'
import type { Token } from './lexer.ts'
import { NESTING_MAX } from './limits.ts'
import { PipelineParser } from './pipeline.ts'
import { quote, unquote } from './quote.ts'

/** The statements of each defined template by name, the main one under its own. */
export type TemplateSet = Map<string, readonly Statement[]>

/** How a list of statements ended: `{{end}}` or the start of an `{{else}}`. */
type Ending = { readonly kind: 'end' } | { readonly kind: 'else'; readonly again: 'if' | 'with' | undefined }

/**
 * Parses `tokens` into the templates they define.
 * @throws GoError in Go's words, located by `cursor.line`
 */
export function parseTemplate(name: string, cursor: Cursor, functions: ReadonlySet<string>): TemplateSet {
  const set: TemplateSet = new Map()
  const main = new BodyParser(name, cursor, functions, set, 0)
  main.parseAll()
  return set
}

/** Parses one template: each `define` and `block` has its own variables and loops. */
class BodyParser {
  readonly #name: string
  readonly #cursor: Cursor
  readonly #functions: ReadonlySet<string>
  readonly #set: TemplateSet
  readonly #pipelines: PipelineParser
  #loops = 0
  #depth: number

  constructor(name: string, cursor: Cursor, functions: ReadonlySet<string>, set: TemplateSet, depth: number) {
    this.#name = name
    this.#cursor = cursor
    this.#functions = functions
    this.#set = set
    this.#depth = depth
    this.#pipelines = new PipelineParser(cursor, functions)
  }

  /** The main template, to the end of the input; only here may others be defined. */
  parseAll(): void {
    const statements: Statement[] = []
    while (this.#cursor.peek().type !== 'eof') {
      if (this.#parseDefinition()) continue
      const item = this.#parseItem()
      if (isEnding(item)) throw new GoError(`unexpected {{${item.kind}}}`)
      statements.push(item)
    }
    this.#define(this.#name, statements)
  }

  #parseDefinition(): boolean {
    const start = this.#cursor.mark()
    if (this.#cursor.next().type !== 'left-delim' || this.#cursor.nextNonSpace().type !== 'define') {
      this.#cursor.reset(start)
      return false
    }
    const context = 'define clause'
    const token = this.#cursor.nextNonSpace()
    const name = this.#templateName(token, context)
    this.#cursor.expect('right-delim', context)
    this.#child(name).parseNamed(name, context)
    return true
  }

  #child(name: string): BodyParser {
    return new BodyParser(name, this.#cursor, this.#functions, this.#set, this.#depth + 1)
  }

  /** The body of a `define` or `block` with its `{{end}}`. */
  parseNamed(name: string, context: string): void {
    const { statements, ending } = this.#parseList()
    if (ending.kind !== 'end') throw new GoError(`unexpected {{else}} in ${context}`)
    this.#define(name, statements)
  }

  /** A template may be defined twice only where one of them is blank. */
  #define(name: string, statements: readonly Statement[]): void {
    const before = this.#set.get(name)
    if (before === undefined || isBlank(before)) this.#set.set(name, statements)
    else if (!isBlank(statements)) throw new GoError(`template: multiple definition of template ${quote(name)}`)
  }

  #parseList(): { statements: readonly Statement[]; ending: Ending } {
    if (++this.#depth > NESTING_MAX) throw new GoError(`blocks nested more than ${NESTING_MAX} levels`)
    const statements: Statement[] = []
    while (this.#cursor.peekNonSpace().type !== 'eof') {
      const item = this.#parseItem()
      if (isEnding(item)) {
        this.#depth--
        return { statements, ending: item }
      }
      statements.push(item)
    }
    throw new GoError('unexpected EOF')
  }

  #parseItem(): Statement | Ending {
    const token = this.#cursor.nextNonSpace()
    if (token.type === 'text') return { kind: 'text', at: token.at, text: token.text }
    if (token.type !== 'left-delim') throw this.#cursor.unexpected(token, 'input')
    this.#cursor.actionLine = token.line
    const item = this.#parseAction()
    this.#cursor.actionLine = 0
    return item
  }

  #parseAction(): Statement | Ending {
    const token = this.#cursor.nextNonSpace()
    switch (token.type) {
      case 'if':
      case 'with':
      case 'range':
        return this.#parseBranch(token.type)
      case 'break':
      case 'continue':
        return this.#parseLeave(token, token.type)
      case 'template':
        return this.#parseCall()
      case 'block':
        return this.#parseBlock()
      case 'else':
        return this.#parseElse()
      case 'end':
        this.#cursor.expect('right-delim', 'end')
        return { kind: 'end' }
      default:
        this.#cursor.back()
        return { kind: 'action', at: this.#cursor.peek().at, pipe: this.#pipelines.parse('command', 'right-delim') }
    }
  }

  /** `{{else}}`, or `{{else if` and `{{else with` up to there: what follows is read as a block of its own. */
  #parseElse(): Ending {
    const { type } = this.#cursor.peekNonSpace()
    if (type === 'if' || type === 'with') return { kind: 'else', again: type }
    this.#cursor.expect('right-delim', 'else')
    return { kind: 'else', again: undefined }
  }

  #parseLeave(token: Token, kind: 'break' | 'continue'): Statement {
    const close = this.#cursor.nextNonSpace()
    if (close.type !== 'right-delim') throw this.#cursor.unexpected(close, `{{${kind}}}`)
    if (this.#loops === 0) throw new GoError(`{{${kind}}} outside {{range}}`)
    return { kind, at: token.at }
  }

  #parseBranch(kind: 'if' | 'with' | 'range'): BranchNode {
    const scope = this.#pipelines.enter()
    const pipe = this.#pipelines.parse(kind, 'right-delim')
    if (kind === 'range') this.#loops++
    const { statements: body, ending } = this.#parseList()
    if (kind === 'range') this.#loops--
    const otherwise = ending.kind === 'end' ? undefined : this.#parseOtherwise(kind, ending.again)
    this.#pipelines.leave(scope)
    return { kind, at: pipe.at, pipe, body, otherwise }
  }

  #parseOtherwise(kind: 'if' | 'with' | 'range', again: 'if' | 'with' | undefined): readonly Statement[] {
    if (again !== undefined && again === kind) {
      this.#cursor.next()
      if (++this.#depth > NESTING_MAX) throw new GoError(`blocks nested more than ${NESTING_MAX} levels`)
      const nested = this.#parseBranch(kind)
      this.#depth--
      return [nested]
    }
    const { statements, ending } = this.#parseList()
    if (ending.kind !== 'end') throw new GoError('expected end; found {{else}}')
    return statements
  }

  #parseCall(): TemplateNode {
    const context = 'template clause'
    const token = this.#cursor.nextNonSpace()
    const name = this.#templateName(token, context)
    if (this.#cursor.nextNonSpace().type === 'right-delim')
      return { kind: 'template', at: token.at, name, pipe: undefined }
    this.#cursor.back()
    return { kind: 'template', at: token.at, name, pipe: this.#pipelines.parse(context, 'right-delim') }
  }

  #parseBlock(): TemplateNode {
    const context = 'block clause'
    const token = this.#cursor.nextNonSpace()
    const name = this.#templateName(token, context)
    const pipe: PipeNode = this.#pipelines.parse(context, 'right-delim')
    const line = this.#cursor.actionLine
    this.#cursor.actionLine = 0
    this.#child(name).parseNamed(name, context)
    this.#cursor.actionLine = line
    return { kind: 'template', at: token.at, name, pipe }
  }

  #templateName(token: Token, context: string): string {
    if (token.type !== 'string' && token.type !== 'raw-string') throw this.#cursor.unexpected(token, context)
    return unquote(token.text)
  }
}

function isEnding(item: Statement | Ending): item is Ending {
  return item.kind === 'end' || item.kind === 'else'
}

function isBlank(statements: readonly Statement[]): boolean {
  return statements.every(statement => statement.kind === 'text' && statement.text.trim() === '')
}
