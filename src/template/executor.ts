import type { ActionNode, BranchNode, Statement, TemplateNode } from './ast.ts'
import { spell } from './ast.ts'
import type { Evaluator, Frame } from './evaluator.ts'
import { GoError } from './failure.ts'
import type { Budget } from './limits.ts'
import { BODY_DEPTH_MAX, CALL_DEPTH_MAX } from './limits.ts'
import type { TemplateSet } from './parser.ts'
import { sortedEntries, sprint, typeName } from './printer.ts'
import { quote } from './quote.ts'
import { indirect, isTrue, printable } from './truth.ts'
import type { Value } from './values.ts'
import { INVALID, int, placed, string } from './values.ts'

/** How a statement ended: going on, or leaving a range. */
type Outcome = 'next' | 'break' | 'continue'

/** Walks over statements and writes. */
export class Executor {
  readonly #templates: TemplateSet
  readonly #evaluator: Evaluator
  readonly #budget: Budget
  #depth = 0
  output = ''

  constructor(templates: TemplateSet, evaluator: Evaluator, budget: Budget) {
    this.#templates = templates
    this.#evaluator = evaluator
    this.#budget = budget
  }

  /** Executes statements in order until one leaves the range around them. */
  walk(dot: Value, statements: readonly Statement[]): Outcome {
    if (++this.#depth > BODY_DEPTH_MAX) throw new GoError(`more than ${BODY_DEPTH_MAX} bodies inside each other`)
    let outcome: Outcome = 'next'
    for (const statement of statements) {
      outcome = this.#statement(dot, statement)
      if (outcome !== 'next') break
    }
    this.#depth--
    return outcome
  }

  #statement(dot: Value, node: Statement): Outcome {
    this.#evaluator.at(node)
    switch (node.kind) {
      case 'text':
        this.#write(node.text)
        return 'next'
      case 'action':
        this.#action(dot, node)
        return 'next'
      case 'if':
      case 'with':
        return this.#choose(dot, node)
      case 'range':
        return this.#range(dot, node)
      case 'template':
        this.#callTemplate(dot, node)
        return 'next'
      case 'break':
      case 'continue':
        return node.kind
    }
  }

  #write(text: string): void {
    this.#budget.write(text.length)
    this.output += text
  }

  #action(dot: Value, node: ActionNode): void {
    const value = this.#evaluator.pipeline(dot, node.pipe)
    if (node.pipe.variables.length > 0) return
    this.#evaluator.at(node)
    const shown = printable(value)
    if (shown === undefined) throw new GoError(`can't print ${spell(node)} of type ${typeName(value)}`)
    if (shown.kind === 'invalid') this.#write('<no value>')
    else this.#write(shown.kind === 'string' ? shown.value : sprint([shown], units => this.#budget.work(units)))
  }

  #choose(dot: Value, node: BranchNode): Outcome {
    const { variables } = this.#evaluator.frame
    const scope = variables.length
    const value = this.#evaluator.pipeline(dot, node.pipe)
    const outcome = isTrue(value)
      ? this.walk(node.kind === 'with' ? value : dot, node.body)
      : this.walk(dot, node.otherwise ?? [])
    variables.length = scope
    return outcome
  }

  /** A `break` in its `else` ends this range only, a `continue` there goes on with the one around it: Go has it so. */
  #range(dot: Value, node: BranchNode): Outcome {
    const { variables } = this.#evaluator.frame
    const scope = variables.length
    const { value } = indirect(this.#evaluator.pipeline(dot, node.pipe))
    let isEmpty = true
    for (const [index, element] of this.#rounds(value, node)) {
      isEmpty = false
      this.#budget.iterate()
      if (this.#round(node, index, element) === 'break') break
    }
    const outcome = isEmpty ? this.walk(dot, node.otherwise ?? []) : 'next'
    variables.length = scope
    return outcome === 'continue' ? 'continue' : 'next'
  }

  /** What a range goes over: keys or indexes, and elements. */
  *#rounds(value: Value, node: BranchNode): Generator<readonly [Value, Value]> {
    const print = () => sprint([value], units => this.#budget.work(units))
    switch (value.kind) {
      case 'invalid':
        return
      case 'int':
      case 'uint':
        if (node.pipe.variables.length > 1) {
          throw new GoError(`can't use ${print()} to iterate over more than one variable`)
        }
        for (let at = 0n; at < value.value; at++) yield [INVALID, int(at, value.type)]
        return
      case 'slice':
        for (const [index, item] of (value.items ?? []).entries()) yield [int(index), placed(item, value.type.elem)]
        return
      case 'map':
        this.#budget.step(value.entries?.size)
        for (const [key, item] of sortedEntries(value.entries)) {
          yield [string(key, value.type.key), placed(item, value.type.elem)]
        }
        return
      default:
        throw new GoError(`range can't iterate over ${print()}`)
    }
  }

  #round(node: BranchNode, index: Value, element: Value): Outcome {
    const { variables } = this.#evaluator.frame
    const scope = variables.length
    const [first, second] = node.pipe.variables
    if (node.pipe.assigns) {
      if (first !== undefined) this.#evaluator.assign(first, second === undefined ? element : index)
      if (second !== undefined) this.#evaluator.assign(second, element)
    } else {
      const places = second === undefined ? [element] : [index, element]
      for (const [offset, value] of first === undefined ? [] : places.entries()) {
        const variable = variables[scope - places.length + offset]
        if (variable !== undefined) variable.value = value
      }
    }
    const outcome = this.walk(element, node.body)
    variables.length = scope
    return outcome
  }

  /** A called template sees the value it is given and none of the caller's variables. */
  #callTemplate(dot: Value, node: TemplateNode): void {
    const caller = this.#evaluator.frame
    const statements = this.#templates.get(node.name)
    if (statements === undefined) throw new GoError(`template ${quote(node.name)} not defined`)
    if (caller.depth === CALL_DEPTH_MAX) throw new GoError(`exceeded maximum template depth (${CALL_DEPTH_MAX})`)
    const given = node.pipe === undefined ? INVALID : this.#evaluator.pipeline(dot, node.pipe)
    const frame: Frame = {
      name: node.name,
      depth: caller.depth + 1,
      variables: [{ name: '$', value: given }],
      node: caller.node,
    }
    this.#evaluator.frame = frame
    this.walk(given, statements)
    this.#evaluator.frame = caller
  }
}
