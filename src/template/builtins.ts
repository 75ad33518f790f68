import type { FunctionTable, Param, TemplateFunction } from './call.ts'
import { ANYTHING } from './call.ts'
import { indexOf, lengthOf, sliceItem } from './collections.ts'
import { isEqualToAny, isLess } from './compare.ts'
import { escapeHtml, escapeJavaScript, escapeQuery } from './escapes.ts'
import { GoError } from './failure.ts'
import { LETTER_COST } from './limits.ts'
import type { Meter } from './printer.ts'
import { sprint, sprintln, typeName } from './printer.ts'
import { sprintf } from './printf.ts'
import { isTrue, printable, unboxed } from './truth.ts'
import { ANY, STRING } from './types.ts'
import type { Data, Value } from './values.ts'
import { INVALID, string, textOf } from './values.ts'

/** A function of exactly two values. */
function comparison(compare: (a: Value, b: Value, meter: Meter) => boolean): TemplateFunction {
  return { params: [ANYTHING, ANYTHING], call: ([a = INVALID, b = INVALID], meter) => compare(a, b, meter) }
}

/** A function that prints its arguments first and then escapes the text. */
function escaper(escaped: (text: string) => string): TemplateFunction {
  return {
    params: [],
    rest: ANY,
    call: (args, meter) => {
      const text = sprint(args.map(shown), meter)
      meter(text.length * LETTER_COST)
      return escaped(text)
    },
  }
}

function shown(value: Value): Value {
  const concrete = unboxed(value)
  return concrete.kind === 'invalid' ? string('<no value>') : (printable(concrete) ?? concrete)
}

function isLessOrEqual(a: Value, b: Value, meter: Meter): boolean {
  return isLess(a, b) || isEqualToAny(a, [b], meter)
}

/** What text/template brings along. `and`, `or` and `call` are done by the evaluator: here is only what they take. */
export const BUILTINS: FunctionTable = new Map<string, TemplateFunction>([
  ['and', { params: [ANYTHING], rest: ANYTHING, call: ([first]) => first }],
  ['or', { params: [ANYTHING], rest: ANYTHING, call: ([first]) => first }],
  ['call', { params: [ANYTHING], rest: ANYTHING, call: ([first]) => first }],
  ['not', { params: [ANYTHING], call: ([value = INVALID]) => !isTrue(value) }],
  ['len', { params: [ANYTHING], call: ([item = INVALID]) => lengthOf(item) }],
  ['index', { params: [ANYTHING], rest: ANYTHING, call: ([item = INVALID, ...indexes]) => indexOf(item, indexes) }],
  [
    'slice',
    {
      params: [ANYTHING],
      rest: ANYTHING,
      call: ([item = INVALID, ...indexes], meter) => sliceItem(item, indexes, meter),
    },
  ],
  [
    'eq',
    { params: [ANYTHING], rest: ANYTHING, call: ([a = INVALID, ...others], meter) => isEqualToAny(a, others, meter) },
  ],
  ['ne', comparison((a, b, meter) => !isEqualToAny(a, [b], meter))],
  ['lt', comparison(isLess)],
  ['le', comparison(isLessOrEqual)],
  ['gt', comparison((a, b, meter) => !isLessOrEqual(a, b, meter))],
  ['ge', comparison((a, b) => !isLess(a, b))],
  ['print', { params: [], rest: ANY, call: (args, meter) => sprint(args, meter) }],
  ['println', { params: [], rest: ANY, call: (args, meter) => sprintln(args, meter) }],
  ['printf', { params: [STRING], rest: ANY, call: ([format, ...args], meter) => sprintf(textOf(format), args, meter) }],
  ['html', escaper(escapeHtml)],
  ['js', escaper(escapeJavaScript)],
  ['urlquery', escaper(escapeQuery)],
])

/** Whether the evaluator must not evaluate all arguments of the builtin. */
export function isLogic(name: string): name is 'and' | 'or' {
  return name === 'and' || name === 'or'
}

/** The builtin `call`: `fn` with `args`. */
export function callFunction(name: string, fn: Value, args: readonly Value[]): Data {
  const target = unboxed(fn)
  if (target.kind === 'invalid') throw new GoError('call of nil')
  if (target.kind !== 'func') throw new GoError(`non-function ${name} of type ${typeName(target)}`)
  const { params, rest } = target.type
  if (rest === undefined && args.length !== params.length) {
    throw new GoError(`wrong number of args for ${name}: got ${args.length} want ${params.length}`)
  }
  if (rest !== undefined && args.length < params.length) {
    throw new GoError(`wrong number of args for ${name}: got ${args.length} want at least ${params.length}`)
  }
  return target.call(args.map((arg, index) => prepared(unboxed(arg), params[index] ?? rest ?? ANYTHING, index)))
}

function prepared(value: Value, param: Param, index: number): Value {
  if (value.kind === 'invalid') {
    if (['anything', 'interface', 'map', 'slice', 'pointer', 'func'].includes(param.kind)) return value
    throw new GoError(`arg ${index}: value is nil; should be of type ${param.name}`)
  }
  if (param.kind === 'anything' || param.kind === 'interface' || value.type.name === param.name) return value
  const isInteger = (kind: string) => kind === 'int' || kind === 'uint'
  if ((value.kind === 'int' || value.kind === 'uint') && isInteger(param.kind)) return value
  throw new GoError(`arg ${index}: value has type ${typeName(value)}; should be ${param.name}`)
}
