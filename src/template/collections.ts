import { byteLength, sliceBytes, toBytes } from './bytes.ts'
import { GoError } from './failure.ts'
import type { Meter } from './printer.ts'
import { typeName } from './printer.ts'
import { indirect, unboxed } from './truth.ts'
import { UINT8 } from './types.ts'
import type { MapValue, Value } from './values.ts'
import { int, placed, slice, string } from './values.ts'
import { zeroOf } from './zero.ts'

/** The builtin `len`. */
export function lengthOf(item: Value): number {
  const { value, isNil } = indirect(item)
  if (isNil) throw new GoError('len of nil pointer')
  switch (value.kind) {
    case 'string':
      return byteLength(value.value)
    case 'slice':
      return value.items?.length ?? 0
    case 'map':
      return value.entries?.size ?? 0
    case 'invalid':
      throw new GoError('reflect: call of reflect.Value.Type on zero Value')
    default:
      throw new GoError(`len of type ${typeName(value)}`)
  }
}

/** The builtin `index`: `index x 1 "a"` is `x[1]["a"]`. */
export function indexOf(item: Value, indexes: readonly Value[]): Value {
  let at = unboxed(item)
  if (at.kind === 'invalid') throw new GoError('index of untyped nil')
  for (const index of indexes) {
    const { value, isNil } = indirect(at)
    if (isNil) throw new GoError('index of nil pointer')
    at = element(value, unboxed(index))
  }
  return at
}

function element(value: Value, index: Value): Value {
  switch (value.kind) {
    case 'slice':
      return placed(checked('slice', value.items ?? [], position(index, value.items?.length ?? 0)), value.type.elem)
    case 'string': {
      const bytes = toBytes(value.value)
      return int(checked('string', bytes, position(index, bytes.length)), UINT8)
    }
    case 'map':
      return entry(value, index)
    default:
      throw new GoError(`can't index item of type ${typeName(value)}`)
  }
}

/** Go checks an index against the length itself too; that one is caught as a panic. */
function checked<T>(kind: string, items: ArrayLike<T>, index: number): T {
  const item = items[index]
  if (index >= items.length || item === undefined) throw new GoError(`reflect: ${kind} index out of range`)
  return item
}

function entry(value: MapValue, index: Value): Value {
  const { key, elem } = value.type
  if (index.kind === 'invalid') throw new GoError(`value is nil; should be of type ${key.name}`)
  if (index.kind !== 'string' || index.type.name !== key.name) {
    throw new GoError(`value has type ${typeName(index)}; should be ${key.name}`)
  }
  return value.entries?.has(index.value) === true ? placed(value.entries.get(index.value), elem) : zeroOf(elem)
}

function position(index: Value, length: number): number {
  if (index.kind === 'invalid') throw new GoError('cannot index slice/array with nil')
  if (index.kind !== 'int' && index.kind !== 'uint') {
    throw new GoError(`cannot index slice/array with type ${typeName(index)}`)
  }
  const signed = BigInt.asIntN(64, index.value)
  if (signed < 0n || signed > BigInt(length)) throw new GoError(`index out of range: ${signed}`)
  return Number(signed)
}

/** The builtin `slice`: `slice x 1 2` is `x[1:2]`; strings are cut by bytes. */
export function sliceItem(item: Value, indexes: readonly Value[], meter: Meter): Value {
  const outer = unboxed(item)
  if (outer.kind === 'invalid') throw new GoError('slice of untyped nil')
  const { value, isNil } = indirect(outer)
  if (isNil) throw new GoError('slice of nil pointer')
  if (indexes.length > 3) throw new GoError(`too many slice indexes: ${indexes.length}`)
  if (value.kind !== 'string' && value.kind !== 'slice')
    throw new GoError(`can't slice item of type ${typeName(value)}`)
  if (value.kind === 'string' && indexes.length === 3) throw new GoError('cannot 3-index slice a string')
  const length = lengthOf(value)
  const [from = 0, to = length, capacity = length] = indexes.map(index => position(index, length))
  if (from > to) throw new GoError(`invalid slice index: ${from} > ${to}`)
  if (to > capacity) throw new GoError(`invalid slice index: ${to} > ${capacity}`)
  if (value.kind === 'string') return string(sliceBytes(value.value, from, to), value.type)
  meter(to - from)
  return slice(value.type.elem, value.items?.slice(from, to))
}
