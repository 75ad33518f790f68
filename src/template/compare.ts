import { compareText } from './bytes.ts'
import { GoError } from './failure.ts'
import type { Meter } from './printer.ts'
import { sprint, typeName } from './printer.ts'
import { sprintf } from './printf.ts'
import { unboxed } from './truth.ts'
import type { Value } from './values.ts'
import { toValue } from './values.ts'

type Basic = Extract<Value, { kind: 'bool' | 'int' | 'uint' | 'float' | 'complex' | 'string' }>

/** `eq`: whether the first equals any of the others. */
export function isEqualToAny(first: Value, others: readonly Value[], meter: Meter): boolean {
  if (others.length === 0) throw new GoError('missing argument for comparison')
  return others.some(other => isEqual(unboxed(first), unboxed(other), meter))
}

function isEqual(a: Value, b: Value, meter: Meter): boolean {
  if (isInteger(a) && isInteger(b)) return a.value === b.value
  if (isBasic(a) && isBasic(b) && a.kind === b.kind) return sameBasic(a, b)
  if (isBasic(a) || isBasic(b)) {
    if (a.kind === 'invalid' || b.kind === 'invalid') return false
    throw incompatible(a, b)
  }
  if (a.kind !== b.kind && a.kind !== 'invalid' && b.kind !== 'invalid') {
    const [left, right] = [sprintf('%s', [a], meter), sprint([b], meter)]
    throw new GoError(`non-comparable types ${left}: ${typeName(a)}, ${typeName(b)}: ${right}`)
  }
  if (isNil(a) || isNil(b)) return isNil(a) === isNil(b)
  if (!isComparable(b)) throw new GoError(`non-comparable type ${sprintf('%s', [b], meter)}: ${typeName(b)}`)
  return isSame(a, b)
}

function incompatible(a: Value, b: Value): GoError {
  return new GoError(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`)
}

/** `lt`: an order exists among numbers of one sort and among strings. */
export function isLess(first: Value, second: Value): boolean {
  const a = unboxed(first)
  const b = unboxed(second)
  if (!isBasic(a) || !isBasic(b)) throw new GoError('invalid type for comparison')
  if (isInteger(a) && isInteger(b)) return a.value < b.value
  if (a.kind !== b.kind) throw incompatible(a, b)
  if (a.kind === 'string' && b.kind === 'string') return compareText(a.value, b.value) < 0
  if (a.kind === 'float' && b.kind === 'float') return a.value < b.value
  throw new GoError('invalid type for comparison')
}

function isInteger(value: Value): value is Extract<Value, { kind: 'int' | 'uint' }> {
  return value.kind === 'int' || value.kind === 'uint'
}

function isBasic(value: Value): value is Basic {
  return ['bool', 'int', 'uint', 'float', 'complex', 'string'].includes(value.kind)
}

function sameBasic(a: Basic, b: Basic): boolean {
  if (a.kind === 'complex') return b.kind === 'complex' && a.real === b.real && a.imaginary === b.imaginary
  return b.kind !== 'complex' && a.value === b.value
}

function isNil(value: Value): boolean {
  switch (value.kind) {
    case 'invalid':
      return true
    case 'slice':
      return value.items === undefined
    case 'map':
      return value.entries === undefined
    case 'pointer':
      return value.to === undefined
    default:
      return false
  }
}

function isComparable(value: Value): boolean {
  if (value.kind === 'struct') return [...value.fields.values()].every(field => isComparable(toValue(field)))
  return value.kind !== 'slice' && value.kind !== 'map' && value.kind !== 'func'
}

/** Go's == of structs, pointers and interfaces. */
function isSame(a: Value, b: Value): boolean {
  if (typeName(a) !== typeName(b)) return false
  if (a.kind === 'pointer' && b.kind === 'pointer') return a.to === b.to
  if (a.kind === 'interface' && b.kind === 'interface') {
    return a.elem === undefined || b.elem === undefined ? a.elem === b.elem : isSame(a.elem, b.elem)
  }
  if (a.kind === 'struct' && b.kind === 'struct') {
    return [...a.fields].every(([name, field]) => isSame(toValue(field), toValue(b.fields.get(name))))
  }
  if (isBasic(a) && isBasic(b)) return sameBasic(a, b)
  throw new GoError(`runtime error: comparing uncomparable type ${typeName(a)}`)
}
