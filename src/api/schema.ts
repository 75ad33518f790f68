import type {
  Static,
  TArray,
  TBoolean,
  TEnum,
  TInteger,
  TObject,
  TOptional,
  TRecord,
  TSchema,
  TString,
  TUnsafe,
} from 'typebox'

export type { Static } from 'typebox'
export type Schema = TSchema

/**
 * Builders of TypeBox schemas for what clients send. The objects are those that TypeBox itself would make (the test
 * beside this file holds them against it), but only TypeBox's types are imported: its 200 modules would cost every
 * command line 100 ms and 22 MB. Every field of an object is optional, because Go's decoder accepts any of them absent.
 *
 * What JSON Schema cannot say stands in the extension keyword `x-docker-format`:
 * - `string-or-list`: a list of strings for which a lone string is accepted (`Cmd`, `Entrypoint`, `CapAdd`, ...)
 * - `fixed-list`: a list cut or padded with zeros to `maxItems`, as Go reads an array
 * - `filters`: the JSON of Docker's filters, in a query parameter
 * - `go-bool`: a query parameter read by strconv.ParseBool, which refuses what Docker's usual rule takes for true
 */
export type DockerFormat = 'string-or-list' | 'fixed-list' | 'filters' | 'go-bool'

/** Filters of a list or prune request: values by key, both as given. */
export type Filters = ReadonlyMap<string, readonly string[]>

const UINT16_MAX = 2 ** 16 - 1
const UINT32_MAX = 2 ** 32 - 1

type Fields = Readonly<Record<string, TSchema>>
type AllOptional<F extends Fields> = { -readonly [K in keyof F]: TOptional<F[K]> }
export type RequestObject<F extends Fields> = TObject<AllOptional<F>>

export function object<F extends Fields>(title: string, fields: F): RequestObject<F> {
  const properties: Record<string, TSchema> = {}
  for (const [name, field] of Object.entries(fields)) properties[name] = optional(field)
  return make('Object', { type: 'object', properties, title })
}

export function string(): TString {
  return make('String', { type: 'string' })
}

export function boolean(): TBoolean {
  return make('Boolean', { type: 'boolean' })
}

/** A signed 64-bit integer; beyond 2^53 it would lose digits, so it is refused there. */
export function int64(): TInteger {
  return integer('int64', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
}

export function uint64(): TInteger {
  return integer('uint64', 0, Number.MAX_SAFE_INTEGER)
}

export function uint32(): TInteger {
  return integer('uint32', 0, UINT32_MAX)
}

export function uint16(): TInteger {
  return integer('uint16', 0, UINT16_MAX)
}

export function list<S extends TSchema>(items: S): TArray<S> {
  return make('Array', { type: 'array', items })
}

/** A map with keys of the client's choice. It is read into an object without prototype, so that any key is just a key. */
export function map<S extends TSchema>(values: S): TRecord<'^.*$', S> {
  return make('Record', { type: 'object', patternProperties: { '^.*$': values } })
}

/** One of several words; only used where Docker refuses others while reading the request. */
export function oneOf<const V extends string[]>(...values: V): TEnum<V> {
  return make('Enum', { enum: values })
}

export function stringOrList(): TUnsafe<string[]> {
  return special('string-or-list', { anyOf: [string(), list(string())] })
}

/** Two unsigned integers: rows and columns of a terminal. */
export function consoleSize(): TUnsafe<[number, number]> {
  return special('fixed-list', { type: 'array', items: uint64(), maxItems: 2 })
}

export function filters(): TUnsafe<Filters> {
  return special('filters', { type: 'string' })
}

export function goBool(): TUnsafe<boolean> {
  return special('go-bool', { type: 'boolean' })
}

/** The type that a schema reads. */
export type Read<S extends TSchema> = Static<S>

function integer(format: string, minimum: number, maximum: number): TInteger {
  return make('Integer', { type: 'integer', format, minimum, maximum })
}

function special<T>(format: DockerFormat, body: object): TUnsafe<T> {
  return marked({ ...body, 'x-docker-format': format }, '~unsafe', null) as TUnsafe<T>
}

function make<T extends TSchema>(kind: string, body: object): T {
  return marked(body, '~kind', kind) as T
}

/** A copy of `field`, which may stand in several objects, with its own mark and that of an optional field. */
function optional(field: TSchema): TSchema {
  const own = '~unsafe' in field ? '~unsafe' : '~kind'
  return marked(marked({ ...field }, own, Reflect.get(field, own)), '~optional', true)
}

/** TypeBox tells its schemas apart by properties that no JSON shows. */
function marked(schema: object, name: string, value: unknown): TSchema {
  return Object.defineProperty(schema, name, { value, enumerable: false, writable: true, configurable: true })
}
