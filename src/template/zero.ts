import type { Type } from './types.ts'
import type { Data, Value } from './values.ts'
import { bool, boxed, complex, float, func, INVALID, int, map, pointer, slice, string, structValue } from './values.ts'

/** The zero value of a type, as Go gives it to what nobody set. */
export function zeroOf(type: Type): Value {
  switch (type.kind) {
    case 'bool':
      return { ...bool(false), type }
    case 'int':
    case 'uint':
      return int(0, type)
    case 'float':
      return float(0, type)
    case 'complex':
      return complex(0, 0)
    case 'string':
      return string('', type)
    case 'interface':
      return boxed(INVALID)
    case 'slice':
      return slice(type.elem, undefined)
    case 'map':
      return map(type, undefined)
    case 'pointer':
      return pointer(type, undefined)
    case 'func':
      return func(type, () => undefined)
    case 'struct': {
      const fields = new Map<string, Data>()
      for (const [name, field] of type.fields ?? []) fields.set(name, zeroOf(field.type))
      return structValue({ type, fields, methods: new Map(), jsonOfMethods: false })
    }
  }
}
