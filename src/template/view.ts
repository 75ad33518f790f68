import { InvalidArgument } from '#lib/errors'
import type { FieldType, MapType, ScalarType, SliceType, StructType, Type } from './types.ts'
import type { Data, Value } from './values.ts'
import { bool, boxed, float, int, JsonNumber, map, pointer, slice, string, structValue, toValue } from './values.ts'
import { zeroOf } from './zero.ts'

/**
 * JSON data (of `JSON.parse` or `parseJsonExact`) seen as a Go type, as json.Unmarshal would fill it: fields that the
 * data lacks have their zero value, members that the type lacks are not there.
 * @throws InvalidArgument where the data does not fit the type
 */
export function view(type: Type, data: Data): Value {
  if (data === null || data === undefined) return zeroOf(type)
  switch (type.kind) {
    case 'interface':
      return boxed(toValue(withFloats(data)))
    case 'pointer':
      return pointer(type, view(type.to, data))
    case 'bool':
      return typeof data === 'boolean' ? { ...bool(data), type } : mismatch(type, data)
    case 'string':
      return typeof data === 'string' ? string(data, type) : mismatch(type, data)
    case 'int':
    case 'uint':
    case 'float':
      return viewNumber(type, data)
    case 'slice':
      return viewSlice(type, data)
    case 'map':
      return viewMap(type, data)
    case 'struct':
      return viewStruct(type, data)
    case 'complex':
    case 'func':
      return mismatch(type, data)
  }
}

/** Without a type, json.Unmarshal makes every number a float64. */
function withFloats(data: Data): Data {
  if (data instanceof JsonNumber) return float(Number(data.raw))
  if (typeof data === 'number' || typeof data === 'bigint') return float(Number(data))
  if (Array.isArray(data)) return data.map(withFloats)
  const value = toValue(data)
  if (value.kind !== 'map') return value
  return new Map([...(value.entries ?? [])].map(([key, item]): [string, Data] => [key, withFloats(item)]))
}

function viewNumber(type: ScalarType, data: Data): Value {
  const raw =
    data instanceof JsonNumber ? data.raw : typeof data === 'number' || typeof data === 'bigint' ? String(data) : ''
  if (type.kind === 'float' && raw !== '') return float(Number(raw), type)
  return /^-?\d+$/.test(raw) ? int(BigInt(raw), type) : mismatch(type, data)
}

function viewSlice(type: SliceType, data: Data): Value {
  if (!Array.isArray(data)) return mismatch(type, data)
  const items: Data[] = []
  for (const item of data) items.push(view(type.elem, item))
  return slice(type.elem, items)
}

function viewMap(type: MapType, data: Data): Value {
  const entries = new Map<string, Data>()
  for (const [key, item] of entriesOf(type, data)) entries.set(key, view(type.elem, item))
  return map(type, entries)
}

function viewStruct(type: StructType, data: Data): Value {
  const given = entriesOf(type, data)
  const fields = new Map<string, Data>()
  for (const [name, field] of type.fields ?? []) fields.set(name, viewField(field, name, given))
  return structValue({ type, fields, methods: new Map(), jsonOfMethods: false })
}

function viewField({ type, json }: FieldType, name: string, given: ReadonlyMap<string, Data>): Value {
  return view(type, given.get(json === '-' ? name : json))
}

function entriesOf(type: Type, data: Data): ReadonlyMap<string, Data> {
  if (data instanceof Map) return data
  const value = toValue(data)
  return value.kind === 'map' && value.entries !== undefined ? value.entries : mismatch(type, data)
}

function mismatch(type: Type, data: Data): never {
  const kind = data instanceof JsonNumber ? 'number' : Array.isArray(data) ? 'array' : typeof data
  throw new InvalidArgument(`json: cannot unmarshal ${kind} into Go value of type ${type.name}`)
}
