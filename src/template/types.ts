/**
 * Go's types as far as a template can see them: they decide what an operand may do and they are named in errors
 * (`can't evaluate field X in type *container.State`).
 */
export type ScalarKind = 'bool' | 'int' | 'uint' | 'float' | 'complex' | 'string'

export interface ScalarType {
  readonly kind: ScalarKind
  readonly name: string
  /** The type's String method, for integers such as time.Duration. */
  readonly text?: (value: bigint) => string
}

export interface InterfaceType {
  readonly kind: 'interface'
  readonly name: string
}

export interface SliceType {
  readonly kind: 'slice'
  readonly name: string
  readonly elem: Type
}

/** Keys are strings, of the type `string` or a type made from it. */
export interface MapType {
  readonly kind: 'map'
  readonly name: string
  readonly key: ScalarType
  readonly elem: Type
}

export interface FieldType {
  readonly type: Type
  /** Name in JSON. */
  readonly json: string
  readonly omitEmpty: boolean
}

export interface StructType {
  readonly kind: 'struct'
  readonly name: string
  /** Undefined for a struct whose fields are known from its values only. */
  readonly fields: ReadonlyMap<string, FieldType> | undefined
}

export interface PointerType {
  readonly kind: 'pointer'
  readonly name: string
  readonly to: Type
}

export interface FuncType {
  readonly kind: 'func'
  readonly name: string
  readonly params: readonly Type[]
  /** Type of each further argument of a variadic function. */
  readonly rest?: Type
}

export type Type = ScalarType | InterfaceType | SliceType | MapType | StructType | PointerType | FuncType

export const BOOL: ScalarType = { kind: 'bool', name: 'bool' }
export const INT: ScalarType = { kind: 'int', name: 'int' }
export const INT64: ScalarType = { kind: 'int', name: 'int64' }
export const UINT8: ScalarType = { kind: 'uint', name: 'uint8' }
export const UINT16: ScalarType = { kind: 'uint', name: 'uint16' }
export const UINT64: ScalarType = { kind: 'uint', name: 'uint64' }
export const FLOAT64: ScalarType = { kind: 'float', name: 'float64' }
export const COMPLEX128: ScalarType = { kind: 'complex', name: 'complex128' }
export const STRING: ScalarType = { kind: 'string', name: 'string' }
export const JSON_NUMBER: ScalarType = { kind: 'string', name: 'json.Number' }
export const ANY: InterfaceType = { kind: 'interface', name: 'interface {}' }

/** `named('string', 'container.ContainerState')`: a type of its own made from a basic one. */
export function named(kind: ScalarKind, name: string, text?: (value: bigint) => string): ScalarType {
  return text === undefined ? { kind, name } : { kind, name, text }
}

export function sliceOf(elem: Type): SliceType {
  return { kind: 'slice', name: `[]${elem.name}`, elem }
}

export function mapOf(elem: Type, key: ScalarType = STRING): MapType {
  return { kind: 'map', name: `map[${key.name}]${elem.name}`, key, elem }
}

export function pointerTo(to: Type): PointerType {
  return { kind: 'pointer', name: `*${to.name}`, to }
}

/**
 * A struct type by its Go name and its fields in Go's order. A field is its type, or `field(type, {...})` where its
 * name in JSON differs or an empty value is left out of JSON.
 */
export function structType(name: string, fields: Readonly<Record<string, Type | FieldType>>): StructType {
  const entries = Object.entries(fields).map(([field, type]): [string, FieldType] => [
    field,
    'json' in type ? { ...type, json: type.json === '' ? field : type.json } : { type, json: field, omitEmpty: false },
  ])
  return { kind: 'struct', name, fields: new Map(entries) }
}

/** A field whose JSON differs from its Go name (`json`) or is left out when empty. */
export function field(type: Type, options: { readonly json?: string; readonly omitEmpty?: boolean }): FieldType {
  return { type, json: options.json ?? '', omitEmpty: options.omitEmpty ?? false }
}
