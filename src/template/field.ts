import { GoError } from './failure.ts'
import { quote } from './quote.ts'
import { indirect } from './truth.ts'
import type { FuncValue, Value } from './values.ts'
import { INVALID, placed, toValue } from './values.ts'
import { zeroOf } from './zero.ts'

/** What a map answers for a key that it has not: `<no value>`, the zero of its elements, or an error. */
export type MissingKey = 'default' | 'zero' | 'error'

export type Found =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'method'; readonly method: FuncValue }

/**
 * `receiver.name`: a method, a field of a struct or an element of a map.
 * @throws GoError where there is none, in Go's words
 */
export function fieldOf(receiver: Value, name: string, hasArguments: boolean, missingKey: MissingKey): Found {
  if (receiver.kind === 'invalid') {
    if (missingKey === 'error') throw new GoError(`nil data; no entry for key ${quote(name)}`)
    return { kind: 'value', value: INVALID }
  }
  const { value } = indirect(receiver)
  const typeName = receiver.type.name
  const method = value.kind === 'struct' || value.kind === 'map' ? value.methods?.get(name) : undefined
  if (method !== undefined) return { kind: 'method', method }
  if (value.kind === 'struct' && value.fields.has(name)) {
    if (hasArguments) throw new GoError(`${name} has arguments but cannot be invoked as function`)
    return { kind: 'value', value: toValue(value.fields.get(name)) }
  }
  if (value.kind === 'map' && value.type.key.name === 'string') {
    if (hasArguments) throw new GoError(`${name} is not a method but has arguments`)
    return { kind: 'value', value: entryOf(value, name, missingKey) }
  }
  if (isNilWithout(value, name)) throw new GoError(`nil pointer evaluating ${typeName}.${name}`)
  throw new GoError(`can't evaluate field ${name} in type ${typeName}`, membersOf(value))
}

function entryOf(value: Extract<Value, { kind: 'map' }>, name: string, missingKey: MissingKey): Value {
  if (value.entries?.has(name) === true) return placed(value.entries.get(name), value.type.elem)
  switch (missingKey) {
    case 'default':
      return INVALID
    case 'zero':
      return zeroOf(value.type.elem)
    case 'error':
      throw new GoError(`map has no entry for key ${quote(name)}`)
  }
}

/** A nil pointer is to blame, unless what it would point to has no such field anyway. */
function isNilWithout(value: Value, name: string): boolean {
  if (value.kind === 'interface') return true
  if (value.kind !== 'pointer') return false
  const { to } = value.type
  return to.kind !== 'struct' || to.fields === undefined || to.fields.has(name)
}

function membersOf(value: Value): string | undefined {
  if (value.kind !== 'struct') return undefined
  const names = [...value.methods.keys(), ...value.fields.keys()]
  return names.length === 0 ? undefined : `there are .${names.sort().join(', .')}`
}
