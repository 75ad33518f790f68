import { checkCount, fit, fitConstant, idealConstant } from './arguments.ts'
import type { CommandNode, Node, Operand, PipeNode, VariableNode } from './ast.ts'
import { spell } from './ast.ts'
import { BUILTINS, callFunction, isLogic } from './builtins.ts'
import type { FunctionTable, Param, TemplateFunction } from './call.ts'
import { ANYTHING } from './call.ts'
import { GoError } from './failure.ts'
import type { MissingKey } from './field.ts'
import { fieldOf } from './field.ts'
import type { Budget } from './limits.ts'
import { isTrue } from './truth.ts'
import type { Value } from './values.ts'
import { INVALID, toValue } from './values.ts'

/** One execution of one template: its variables and the node that an error would name. */
export interface Frame {
  readonly name: string
  readonly depth: number
  readonly variables: { readonly name: string; value: Value }[]
  node: Node | undefined
}

/** Gives values to pipelines. Errors are GoErrors; the frame's node says where they happened. */
export class Evaluator {
  readonly #functions: FunctionTable
  readonly #missingKey: MissingKey
  readonly #budget: Budget
  frame: Frame

  constructor(functions: FunctionTable, missingKey: MissingKey, budget: Budget, frame: Frame) {
    this.#functions = functions
    this.#missingKey = missingKey
    this.#budget = budget
    this.frame = frame
  }

  at(node: Node): void {
    this.#budget.step()
    this.frame.node = node
  }

  /** The pipeline's value; its variables are declared or set. */
  pipeline(dot: Value, pipe: PipeNode): Value {
    this.at(pipe)
    let value: Value | undefined
    for (const command of pipe.commands) {
      value = this.#command(dot, command, value)
      if (value.kind === 'interface') value = value.elem ?? INVALID
    }
    const result = value ?? INVALID
    for (const variable of pipe.variables) {
      if (pipe.assigns) this.assign(variable, result)
      else this.frame.variables.push({ name: variable.names[0] ?? '', value: result })
    }
    return result
  }

  assign(variable: VariableNode, value: Value): void {
    this.#variable(variable.names[0] ?? '').value = value
  }

  #variable(name: string): { readonly name: string; value: Value } {
    const { variables } = this.frame
    for (let at = variables.length - 1; at >= 0; at--) {
      const variable = variables[at]
      if (variable?.name === name) return variable
    }
    throw new GoError(`undefined variable: ${name}`)
  }

  /** @param final the value of the pipeline so far, which becomes the last argument */
  #command(dot: Value, command: CommandNode, final: Value | undefined): Value {
    const { first, args } = command
    switch (first.kind) {
      case 'field':
      case 'chain':
      case 'variable':
        return this.#fields(dot, first, args, final)
      case 'identifier':
        return this.#function(dot, first.name, first, command, args, final)
      case 'pipe':
        this.#refuseArguments(command, final)
        return this.pipeline(dot, first)
      case 'dot':
      case 'nil':
      case 'bool':
      case 'number':
      case 'string':
        this.at(first)
        this.#refuseArguments(command, final)
        if (first.kind === 'nil') throw new GoError('nil is not a command')
        return first.kind === 'dot' ? dot : idealConstant(first)
    }
  }

  #refuseArguments({ first, args }: CommandNode, final: Value | undefined): void {
    if (args.length === 0 && final === undefined) return
    throw new GoError(`can't give argument to non-function ${spell(first)}`)
  }

  /** `.a.b`, `$x.a.b` and `(pipe).a.b`: only the last of the names may take arguments. */
  #fields(
    dot: Value,
    node: Extract<Operand, { kind: 'field' | 'chain' | 'variable' }>,
    args: readonly Operand[],
    final: Value | undefined,
  ): Value {
    this.at(node)
    const { receiver, names } = this.#receiver(dot, node)
    if (names.length === 0) {
      this.#refuseArguments({ kind: 'command', at: node.at, first: node, args }, final)
      return receiver
    }
    let value = receiver
    for (const [index, name] of names.entries()) {
      const isLast = index === names.length - 1
      value = this.#field(dot, value, name, node, isLast ? args : [], isLast ? final : undefined)
    }
    return value
  }

  #receiver(
    dot: Value,
    node: Extract<Operand, { kind: 'field' | 'chain' | 'variable' }>,
  ): { receiver: Value; names: readonly string[] } {
    switch (node.kind) {
      case 'field':
        return { receiver: dot, names: node.names }
      case 'variable':
        return { receiver: this.#variable(node.names[0] ?? '').value, names: node.names.slice(1) }
      case 'chain':
        if (node.operand.kind === 'nil') throw new GoError(`indirection through explicit nil in ${spell(node)}`)
        return { receiver: this.#argument(dot, ANYTHING, node.operand), names: node.names }
    }
  }

  #field(
    dot: Value,
    receiver: Value,
    name: string,
    node: Operand,
    args: readonly Operand[],
    final: Value | undefined,
  ): Value {
    const found = fieldOf(receiver, name, args.length > 0 || final !== undefined, this.#missingKey)
    if (found.kind === 'value') return found.value
    const { params, rest } = found.method.type
    const method = { params, call: found.method.call, ...(rest === undefined ? {} : { rest }) }
    return this.#call(dot, name, method, node, args, final)
  }

  #function(
    dot: Value,
    name: string,
    node: Operand,
    command: Node,
    args: readonly Operand[],
    final: Value | undefined,
  ): Value {
    this.at(node)
    const own = this.#functions.get(name)
    const called = own ?? BUILTINS.get(name)
    if (called === undefined) throw new GoError(`"${name}" is not a defined function`)
    if (own === undefined && isLogic(name)) return this.#logic(dot, name, called, args, final)
    if (own === undefined && name === 'call') return this.#indirectCall(dot, called, command, args, final)
    return this.#call(dot, name, called, command, args, final)
  }

  #call(
    dot: Value,
    name: string,
    called: TemplateFunction,
    node: Node,
    args: readonly Operand[],
    final: Value | undefined,
  ): Value {
    const values = this.#arguments(dot, name, called, args, final)
    return this.#guarded(name, node, () => {
      for (const value of values) if (value.kind === 'string') this.#budget.work(value.value.length)
      return called.call(values, units => this.#budget.work(units))
    })
  }

  /** The builtin `call`: its first argument is the function. */
  #indirectCall(
    dot: Value,
    called: TemplateFunction,
    node: Node,
    args: readonly Operand[],
    final: Value | undefined,
  ): Value {
    const [target = INVALID, ...rest] = this.#arguments(dot, 'call', called, args, final)
    const callee = args[0] === undefined ? textOfValue(target) : spell(args[0])
    return this.#guarded('call', node, () => callFunction(callee, target, rest))
  }

  /** A failing function ends the template, at the whole command. */
  #guarded(name: string, node: Node, body: () => Parameters<typeof toValue>[0]): Value {
    try {
      return toValue(body())
    } catch (error) {
      this.frame.node = node
      const reason = error instanceof Error ? error.message : String(error)
      throw new GoError(`error calling ${name}: ${reason}`, undefined, error)
    }
  }

  #arguments(
    dot: Value,
    name: string,
    called: TemplateFunction,
    args: readonly Operand[],
    final: Value | undefined,
  ): Value[] {
    checkCount(name, called, args.length, final === undefined ? 0 : 1)
    const param = (index: number): Param => called.params[index] ?? called.rest ?? ANYTHING
    const values = args.map((arg, index) => this.#argument(dot, param(index), arg))
    if (final !== undefined) values.push(fit(final, param(args.length)))
    return values
  }

  /** `and` and `or` stop at the first argument that decides. */
  #logic(
    dot: Value,
    name: string,
    called: TemplateFunction,
    args: readonly Operand[],
    final: Value | undefined,
  ): Value {
    checkCount(name, called, args.length, final === undefined ? 0 : 1)
    let value: Value = INVALID
    for (const arg of args) {
      value = this.#argument(dot, ANYTHING, arg)
      if (isTrue(value) === (name === 'or')) return value
    }
    return final ?? value
  }

  #argument(dot: Value, param: Param, node: Operand): Value {
    this.at(node)
    switch (node.kind) {
      case 'dot':
        return fit(dot, param)
      case 'field':
      case 'variable':
      case 'chain':
        return fit(this.#fields(dot, node, [], undefined), param)
      case 'pipe':
        return fit(this.pipeline(dot, node), param)
      case 'identifier':
        return fit(this.#function(dot, node.name, node, node, [], undefined), param)
      case 'nil':
      case 'bool':
      case 'number':
      case 'string':
        return fitConstant(node, param)
    }
  }
}

/** reflect.Value's String: the text of a string, of others only the type. */
function textOfValue(value: Value): string {
  return value.kind === 'string' ? value.value : `<${value.kind === 'invalid' ? 'invalid' : value.type.name} Value>`
}
