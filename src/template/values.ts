import type { FuncType, InterfaceType, MapType, PointerType, ScalarType, SliceType, StructType, Type } from './types.ts'
import { ANY, BOOL, COMPLEX128, FLOAT64, INT, JSON_NUMBER, pointerTo, STRING, sliceOf, UINT64 } from './types.ts'

const GO = Symbol('value of Go')

interface Branded {
  readonly [GO]: true
}

/** Go's untyped nil, also the result of a missing map key; prints as `<no value>`. */
export interface InvalidValue extends Branded {
  readonly kind: 'invalid'
}
export interface BoolValue extends Branded {
  readonly kind: 'bool'
  readonly type: ScalarType
  readonly value: boolean
}
export interface IntValue extends Branded {
  readonly kind: 'int' | 'uint'
  readonly type: ScalarType
  readonly value: bigint
}
export interface FloatValue extends Branded {
  readonly kind: 'float'
  readonly type: ScalarType
  readonly value: number
}
export interface ComplexValue extends Branded {
  readonly kind: 'complex'
  readonly type: ScalarType
  readonly real: number
  readonly imaginary: number
}
export interface StringValue extends Branded {
  readonly kind: 'string'
  readonly type: ScalarType
  readonly value: string
}
/** `items` undefined is Go's nil slice. */
export interface SliceValue extends Branded {
  readonly kind: 'slice'
  readonly type: SliceType
  readonly items: readonly Data[] | undefined
}
/** `entries` undefined is Go's nil map. */
export interface MapValue extends Branded {
  readonly kind: 'map'
  readonly type: MapType
  readonly entries: ReadonlyMap<string, Data> | undefined
  readonly methods?: ReadonlyMap<string, FuncValue>
}
export interface StructValue extends Branded {
  readonly kind: 'struct'
  readonly type: StructType
  readonly fields: ReadonlyMap<string, Data>
  readonly methods: ReadonlyMap<string, FuncValue>
  /** Its JSON is that of its methods without parameters, as Docker's list rows do it. */
  readonly jsonOfMethods: boolean
}
export interface PointerValue extends Branded {
  readonly kind: 'pointer'
  readonly type: PointerType
  readonly to: Value | undefined
}
/** What sits in a place of type `interface {}`: an element of a `[]interface {}`, say. */
export interface InterfaceValue extends Branded {
  readonly kind: 'interface'
  readonly type: InterfaceType
  readonly elem: Value | undefined
}
export interface FuncValue extends Branded {
  readonly kind: 'func'
  readonly type: FuncType
  readonly call: (args: readonly Value[]) => Data
}

export type Value =
  | InvalidValue
  | BoolValue
  | IntValue
  | FloatValue
  | ComplexValue
  | StringValue
  | SliceValue
  | MapValue
  | StructValue
  | PointerValue
  | InterfaceValue
  | FuncValue

/** A number of JSON text as it was written; to templates it is Go's json.Number, a kind of string. */
export class JsonNumber {
  readonly raw: string

  constructor(raw: string) {
    this.raw = raw
  }
}

/**
 * What callers hand to a template. Plain objects and Maps are `map[string]interface {}`, arrays `[]interface {}`,
 * whole numbers and bigints `int`, other numbers `float64`. Whatever has a Go type of its own is a Value.
 */
export type Data =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | JsonNumber
  | readonly Data[]
  | ReadonlyMap<string, Data>
  | { readonly [key: string]: Data }
  | Value

export const INVALID: InvalidValue = { [GO]: true, kind: 'invalid' }

export function bool(value: boolean): BoolValue {
  return { [GO]: true, kind: 'bool', type: BOOL, value }
}

/** An integer of the type `type` (`int` unless given). */
export function int(value: number | bigint, type: ScalarType = INT): IntValue {
  return { [GO]: true, kind: type.kind === 'uint' ? 'uint' : 'int', type, value: BigInt(value) }
}

export function float(value: number, type: ScalarType = FLOAT64): FloatValue {
  return { [GO]: true, kind: 'float', type, value }
}

export function complex(real: number, imaginary: number): ComplexValue {
  return { [GO]: true, kind: 'complex', type: COMPLEX128, real, imaginary }
}

/** A string of the type `type` (`string` unless given). */
export function string(value: string, type: ScalarType = STRING): StringValue {
  return { [GO]: true, kind: 'string', type, value }
}

/** A slice with elements of one type, `[]string` say; undefined items make a nil slice. */
export function slice(elem: Type, items: readonly Data[] | undefined): SliceValue {
  return { [GO]: true, kind: 'slice', type: sliceOf(elem), items }
}

/** A map of a given type; undefined entries make a nil map. */
export function map(type: MapType, entries: ReadonlyMap<string, Data> | undefined): MapValue {
  return { [GO]: true, kind: 'map', type, entries }
}

export function pointer(type: PointerType, to: Value | undefined): PointerValue {
  return { [GO]: true, kind: 'pointer', type, to }
}

export function func(type: FuncType, call: (args: readonly Value[]) => Data): FuncValue {
  return { [GO]: true, kind: 'func', type, call }
}

/** `elem` as it sits in a place of type `interface {}`. */
export function boxed(elem: Value): InterfaceValue {
  if (elem.kind === 'interface') return elem
  return { [GO]: true, kind: 'interface', type: ANY, elem: elem.kind === 'invalid' ? undefined : elem }
}

export function structValue(parts: Omit<StructValue, typeof GO | 'kind'>): StructValue {
  return { [GO]: true, kind: 'struct', ...parts }
}

/** A pointer to `to`, of the type that fits. */
export function pointTo(to: StructValue): PointerValue {
  return pointer(pointerTo(to.type), to)
}

export function isValue(data: Data): data is Value {
  return typeof data === 'object' && data !== null && GO in data
}

/** Half of a character that is not one of our escaped bytes (see bytes.ts). */
const FOREIGN_SURROGATE = /[\ud800-\udc7f\udd00-\udfff]/gu

const INT64_MAX = 2n ** 63n - 1n
const UINT64_MAX = 2n ** 64n - 1n

/** The Go value of `data`, at a place of no type of its own. */
export function toValue(data: Data): Value {
  switch (typeof data) {
    case 'undefined':
      return INVALID
    case 'boolean':
      return bool(data)
    case 'string':
      return string(data.isWellFormed() ? data : data.replace(FOREIGN_SURROGATE, '\ufffd'))
    case 'number':
      return Number.isInteger(data) && Math.abs(data) < 2 ** 63 ? int(data) : float(data)
    case 'bigint':
      return bigInteger(data)
    case 'object':
      return objectValue(data)
  }
}

/** The Go value of `data` at a place of type `type`: an element, a field. */
export function placed(data: Data, type: Type): Value {
  const value = toValue(data)
  return type.kind === 'interface' ? boxed(value) : value
}

/** The type of a value; undefined for untyped nil. */
export function typeOf(value: Value): Type | undefined {
  return value.kind === 'invalid' ? undefined : value.type
}

/** The text of a string; an argument of the type `string` always is one. */
export function textOf(value: Value | undefined): string {
  return value?.kind === 'string' ? value.value : ''
}

/** The value of an integer; an argument of the type `int` always is one. */
export function integerOf(value: Value | undefined): bigint {
  return value?.kind === 'int' || value?.kind === 'uint' ? value.value : 0n
}

/** The bytes of a `[]uint8`. */
export function bytesOf(items: readonly Data[]): Uint8Array {
  return Uint8Array.from(items, item => Number(integerOf(toValue(item))))
}

function bigInteger(value: bigint): Value {
  if (value >= -INT64_MAX - 1n && value <= INT64_MAX) return int(value)
  if (value >= 0n && value <= UINT64_MAX) return int(value, UINT64)
  return float(Number(value))
}

const SLICE_OF_ANY = sliceOf(ANY)
const MAP_OF_ANY: MapType = { kind: 'map', name: 'map[string]interface {}', key: STRING, elem: ANY }

function objectValue(data: object | null): Value {
  if (data === null) return INVALID
  if (isBranded(data)) return data
  if (data instanceof JsonNumber) return string(data.raw, JSON_NUMBER)
  if (Array.isArray(data)) return { [GO]: true, kind: 'slice', type: SLICE_OF_ANY, items: data }
  return map(MAP_OF_ANY, data instanceof Map ? data : new Map(Object.entries(data)))
}

function isBranded(data: object): data is Value {
  return GO in data
}
