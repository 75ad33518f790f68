import { InvalidArgument, unreachable } from '#lib/errors'
import type { Filters, Read, Schema } from '../schema.ts'
import { readFilters } from './filters.ts'
import { shortened } from './path.ts'
import { type Shape, shapeOf } from './shape.ts'

/**
 * Reads query parameters by Docker's rules. Names are case-sensitive; the first of repeated values counts, except for
 * lists, which take all. An empty value of an integer or a word means absent. Unknown parameters are ignored.
 * A boolean is false for '', 0, no, false and none in any case, true for everything else.
 * @throws InvalidArgument naming the parameter.
 */
export function readQuery<S extends Schema>(schema: S, query: URLSearchParams): Read<S> {
  const shape = shapeOf(schema)
  if (shape.kind !== 'object') throw new Error('the schema of a query is an object')
  const out: Record<string, unknown> = {}
  for (const [name, field] of shape.fields) {
    const given = query.getAll(name)
    const value = given[0] === undefined ? undefined : readParameter(field, name, given[0], given)
    if (value !== undefined) out[name] = value
  }
  return out as Read<S>
}

type QueryValue = boolean | number | string | readonly string[] | Filters | undefined

function readParameter(shape: Shape, name: string, value: string, all: readonly string[]): QueryValue {
  switch (shape.kind) {
    case 'string':
      return value
    case 'boolean':
      return readBoolean(value)
    case 'go-bool':
      return value === '' ? undefined : readGoBool(name, value)
    case 'integer':
      return value === '' ? undefined : readInteger(shape, name, value)
    case 'enum':
      return value === '' ? undefined : readWord(shape.words, name, value)
    case 'array':
    case 'string-or-list':
      return all
    case 'filters':
      return readFilters(value)
    case 'fixed-list':
    case 'map':
    case 'object':
      throw new Error(`a query cannot hold the ${shape.kind} ${name}`)
    default:
      return unreachable(shape)
  }
}

/** Docker's rule for the truth of a query parameter. */
export function readBoolean(value: string): boolean {
  return !['', '0', 'no', 'false', 'none'].includes(value.trim().toLowerCase())
}

const GO_TRUE = ['1', 't', 'T', 'TRUE', 'true', 'True']
const GO_FALSE = ['0', 'f', 'F', 'FALSE', 'false', 'False']

function readGoBool(name: string, value: string): boolean {
  if (GO_TRUE.includes(value)) return true
  if (GO_FALSE.includes(value)) return false
  const text = shortened(value)
  throw new InvalidArgument(`invalid value for ${name}: ${text}: strconv.ParseBool: parsing "${text}": invalid syntax`)
}

function readInteger(shape: Extract<Shape, { kind: 'integer' }>, name: string, value: string): number {
  const number = /^[+-]?\d+$/.test(value) ? Number(value) : Number.NaN
  if (number >= shape.minimum && number <= shape.maximum) return number + 0
  const reason = Number.isNaN(number) ? 'invalid syntax' : 'value out of range'
  throw new InvalidArgument(`invalid value for ${name}: strconv.Atoi: parsing "${shortened(value)}": ${reason}`)
}

function readWord(words: readonly string[], name: string, value: string): string {
  if (words.includes(value)) return value
  throw new InvalidArgument(`invalid ${name}: "${shortened(value)}"`, { fix: `use one of ${words.join(', ')}` })
}
