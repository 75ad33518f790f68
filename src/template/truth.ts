import type { Value } from './values.ts'
import { INVALID } from './values.ts'

/** Go's truth of a template: everything but the zero of its type and what is empty. */
export function isTrue(value: Value): boolean {
  switch (value.kind) {
    case 'invalid':
      return false
    case 'bool':
      return value.value
    case 'int':
    case 'uint':
      return value.value !== 0n
    case 'float':
      return value.value !== 0
    case 'complex':
      return value.real !== 0 || value.imaginary !== 0
    case 'string':
      return value.value !== ''
    case 'slice':
      return (value.items?.length ?? 0) > 0
    case 'map':
      return (value.entries?.size ?? 0) > 0
    case 'struct':
    case 'func':
      return true
    case 'pointer':
      return value.to !== undefined
    case 'interface':
      return value.elem !== undefined && isTrue(value.elem)
  }
}

/** What an interface holds; anything else as it is. */
export function unboxed(value: Value): Value {
  return value.kind === 'interface' ? (value.elem ?? INVALID) : value
}

/** The end of a chain of pointers and interfaces; `isNil` where the chain breaks off. */
export function indirect(value: Value): { readonly value: Value; readonly isNil: boolean } {
  let at = value
  while (at.kind === 'pointer' || at.kind === 'interface') {
    const next = at.kind === 'pointer' ? at.to : at.elem
    if (next === undefined) return { value: at, isNil: true }
    at = next
  }
  return { value: at, isNil: false }
}

/** What the printer gets for a value: pointers followed, nothing as `<no value>`; undefined for what Go cannot print. */
export function printable(value: Value): Value | undefined {
  const shown = value.kind === 'pointer' ? indirect(value).value : value
  return shown.kind === 'func' ? undefined : shown
}
