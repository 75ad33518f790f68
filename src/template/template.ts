import { InvalidArgument } from '#lib/errors'
import { spell } from './ast.ts'
import { BUILTINS } from './builtins.ts'
import { wellFormed } from './bytes.ts'
import type { FunctionTable } from './call.ts'
import { Cursor } from './cursor.ts'
import { DOCKER_FUNCTIONS } from './docker.ts'
import type { Frame } from './evaluator.ts'
import { Evaluator } from './evaluator.ts'
import { Executor } from './executor.ts'
import { GoError } from './failure.ts'
import type { MissingKey } from './field.ts'
import { tokenize } from './lexer.ts'
import { Budget, TEMPLATE_BYTES_MAX } from './limits.ts'
import type { TemplateSet } from './parser.ts'
import { parseTemplate } from './parser.ts'
import { quote } from './quote.ts'
import type { Data } from './values.ts'
import { toValue } from './values.ts'

export interface CompileOptions {
  /** Functions beside Go's own; Docker's unless given. */
  readonly functions?: FunctionTable
  /** Name in errors; empty, as Docker has it, unless given. */
  readonly name?: string
}

export interface ExecuteOptions {
  /** What a map answers for a key that it has not; `default` prints `<no value>`. */
  readonly missingKey?: MissingKey
  /** Functions that stand in for those of the same name at `compile`. */
  readonly functions?: FunctionTable
}

/** The result of an execution that may have failed on its way: Go has written what came before the error. */
export interface Execution {
  readonly output: string
  readonly error: InvalidArgument | undefined
}

/**
 * Compiles a template of Go's text/template.
 * @throws InvalidArgument with Go's message (`template: :1: unexpected "}" in operand`)
 */
export function compile(text: string, options: CompileOptions = {}): Template {
  const name = options.name ?? ''
  const functions = options.functions ?? DOCKER_FUNCTIONS
  if (Buffer.byteLength(text) > TEMPLATE_BYTES_MAX) {
    throw new InvalidArgument(`template: ${name}: larger than ${TEMPLATE_BYTES_MAX} bytes`)
  }
  const known = new Set([...BUILTINS.keys(), ...functions.keys()])
  const cursor = new Cursor(name, tokenize(text, known))
  try {
    return new Template(name, text, parseTemplate(name, cursor, known), functions)
  } catch (error) {
    if (!(error instanceof GoError)) throw error
    throw failed(`template: ${name}:${cursor.line}: ${error.message}`, error)
  }
}

/** A compiled template; it holds no state of its executions. */
export class Template {
  readonly #name: string
  readonly #text: string
  readonly #templates: TemplateSet
  readonly #functions: FunctionTable

  constructor(name: string, text: string, templates: TemplateSet, functions: FunctionTable) {
    this.#name = name
    this.#text = text
    this.#templates = templates
    this.#functions = functions
  }

  /**
   * What the template makes of `data`.
   * @throws InvalidArgument with Go's message (`template: :1:2: executing "" at <.Foo>: can't evaluate field Foo ...`)
   */
  execute(data: Data, options: ExecuteOptions = {}): string {
    const { output, error } = this.run(data, options)
    if (error !== undefined) throw error
    return output
  }

  /** As `execute`, but also tells what was written before an error. */
  run(data: Data, options: ExecuteOptions = {}): Execution {
    const budget = new Budget()
    const dot = toValue(data)
    const frame: Frame = { name: this.#name, depth: 0, variables: [{ name: '$', value: dot }], node: undefined }
    const functions = new Map([...this.#functions, ...(options.functions ?? [])])
    const evaluator = new Evaluator(functions, options.missingKey ?? 'default', budget, frame)
    const executor = new Executor(this.#templates, evaluator, budget)
    try {
      executor.walk(dot, this.#templates.get(this.#name) ?? [])
      return { output: wellFormed(executor.output), error: undefined }
    } catch (error) {
      if (!(error instanceof GoError)) throw error
      const located = this.#located(evaluator.frame, error.message)
      return { output: wellFormed(executor.output), error: failed(located, error) }
    }
  }

  #located({ name, node }: Frame, message: string): string {
    if (node === undefined) return `template: ${name}: ${message}`
    const before = this.#text.slice(0, node.at)
    const line = before.split('\n').length
    const column = Buffer.byteLength(before.slice(before.lastIndexOf('\n') + 1))
    return `template: ${this.#name}:${line}:${column}: executing ${quote(name)} at <${spell(node)}>: ${message}`
  }
}

function failed(message: string, { fix, cause }: GoError): InvalidArgument {
  return new InvalidArgument(wellFormed(message), { ...(fix === undefined ? {} : { fix }), cause })
}
