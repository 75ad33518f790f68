import type { NumberNode, Operand } from './ast.ts'
import { spell } from './ast.ts'
import type { Param, TemplateFunction } from './call.ts'
import { GoError } from './failure.ts'
import type { NumberConstant } from './number.ts'
import { typeName } from './printer.ts'
import type { ScalarKind, ScalarType } from './types.ts'
import type { Value } from './values.ts'
import { bool, complex, float, INVALID, int, string } from './values.ts'

/** @throws GoError where a function gets too few or too many arguments */
export function checkCount(name: string, { params, rest }: TemplateFunction, given: number, piped: number): void {
  if (rest !== undefined && given + piped < params.length) {
    throw new GoError(`wrong number of args for ${name}: want at least ${params.length} got ${given}`)
  }
  if (rest === undefined && given + piped !== params.length) {
    throw new GoError(`wrong number of args for ${name}: want ${params.length} got ${given + piped}`)
  }
}

/**
 * `value` as an argument of the type `param`.
 * @throws GoError where it does not fit
 */
export function fit(value: Value, param: Param): Value {
  if (param.kind === 'anything') return value
  if (value.kind === 'invalid') {
    if (canBeNil(param)) return INVALID
    throw new GoError(`invalid value; expected ${param.name}`)
  }
  if (param.kind === 'interface' || value.type.name === param.name) return value
  if (value.kind === 'interface' && value.elem !== undefined) return fit(value.elem, param)
  if (value.kind === 'pointer' && value.type.to.name === param.name) {
    if (value.to === undefined) throw new GoError(`dereference of nil pointer of type ${param.name}`)
    return value.to
  }
  throw new GoError(`wrong type for value; expected ${param.name}; got ${typeName(value)}`)
}

/** A constant as an argument: it takes the type of the parameter. */
export function fitConstant(
  node: Extract<Operand, { kind: 'bool' | 'number' | 'string' | 'nil' }>,
  param: Param,
): Value {
  if (node.kind === 'nil') {
    if (canBeNil(param)) return INVALID
    throw new GoError(`cannot assign nil to ${param.name}`)
  }
  switch (param.kind) {
    case 'anything':
    case 'interface':
      return idealConstant(node)
    case 'bool':
      return node.kind === 'bool' ? bool(node.value) : expected('bool', node)
    case 'string':
      return node.kind === 'string' ? string(node.value, param) : expected('string', node)
    case 'int':
    case 'uint':
    case 'float':
    case 'complex':
      return node.kind === 'number' ? numberAs(node, param) : expected(numberName(param.kind), node)
    case 'slice':
    case 'map':
    case 'struct':
    case 'pointer':
    case 'func':
      throw new GoError(`can't handle ${spell(node)} for arg of type ${param.name}`)
  }
}

function numberName(kind: ScalarKind): string {
  return kind === 'int' ? 'integer' : kind === 'uint' ? 'unsigned integer' : kind
}

function numberAs(node: NumberNode, param: ScalarType): Value {
  const { constant } = node
  if (param.kind === 'int' && constant.int !== undefined) return int(constant.int, param)
  if (param.kind === 'uint' && constant.uint !== undefined) return int(constant.uint, param)
  if (param.kind === 'float' && constant.float !== undefined) return float(constant.float, param)
  if (param.kind === 'complex' && constant.complex !== undefined) return complexOf(constant.complex)
  return expected(numberName(param.kind), node)
}

function expected(name: string, node: Operand): never {
  throw new GoError(`expected ${name}; found ${spell(node)}`)
}

/** A constant where nothing says its type: its spelling does. */
export function idealConstant(node: Extract<Operand, { kind: 'bool' | 'number' | 'string' }>): Value {
  if (node.kind === 'bool') return bool(node.value)
  if (node.kind === 'string') return string(node.value)
  return idealNumber(node.constant)
}

function idealNumber(constant: NumberConstant): Value {
  const { text } = constant
  if (constant.complex !== undefined) return complexOf(constant.complex)
  const isHexInteger = /^0[xX]./.test(text) && !/[pP]/.test(text)
  const isFloat = !isHexInteger && !text.startsWith("'") && /[.eEpP]/.test(text)
  if (isFloat && constant.float !== undefined) return float(constant.float)
  if (constant.int === undefined) throw new GoError(`${text} overflows int`)
  return int(constant.int)
}

function complexOf({ real, imaginary }: { real: number; imaginary: number }): Value {
  return complex(real, imaginary)
}

function canBeNil(param: Param): boolean {
  return ['anything', 'interface', 'map', 'slice', 'pointer', 'func'].includes(param.kind)
}
