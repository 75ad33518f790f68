import { InvalidArgument, unreachable } from '#lib/errors'
import type { Read, Schema } from '../schema.ts'
import { fieldPath, indexPath, keyPath, shortened } from './path.ts'
import { type Shape, shapeOf } from './shape.ts'

/** How many unknown fields are reported of one body; the rest is ignored in silence. */
export const UNKNOWN_FIELDS_MAX = 32

export interface Reading<T> {
  readonly value: T
  /** Paths of what the schema does not know, for the log; they were ignored. */
  readonly unknown: readonly string[]
}

/**
 * Reads the parsed JSON of a request as Go's encoding/json reads it into a struct: a key that matches no field exactly
 * matches regardless of case, null leaves its field absent (or stands for the zero value in a list or map), unknown
 * fields are ignored, of several matching keys the last one wins. Absent fields stay absent. Maps have no prototype.
 *
 * Unlike Go it reads `1.0` as an integer, refuses integers beyond 2^53, and replaces an object that is given twice
 * where Go would merge both.
 * @param subject what is read, for the message
 * @throws InvalidArgument naming the field, what was expected and what came.
 */
export function readBody<S extends Schema>(schema: S, body: unknown, subject = 'request body'): Reading<Read<S>> {
  const unknown: string[] = []
  try {
    const value = read(shapeOf(schema), body === null ? {} : body, '', unknown)
    return { value: value as Read<S>, unknown }
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error
    throw new InvalidArgument(`invalid ${subject}: ${error.message}`)
  }
}

class Mismatch extends Error {}

function read(shape: Shape, value: unknown, path: string, unknown: string[]): unknown {
  switch (shape.kind) {
    case 'string':
      return typeof value === 'string' ? value : fail(path, 'a string', value)
    case 'boolean':
    case 'go-bool':
      return typeof value === 'boolean' ? value : fail(path, 'a boolean', value)
    case 'integer':
      return readInteger(shape, value, path)
    case 'enum':
      return typeof value === 'string' && shape.words.includes(value)
        ? value
        : fail(path, `one of ${shape.words.join(', ')}`, value)
    case 'array':
      return readItems(shape.items, value, path, unknown)
    case 'fixed-list':
      return readFixed(shape, value, path, unknown)
    case 'string-or-list':
      return typeof value === 'string'
        ? [value]
        : readItems(STRING, value, path, unknown, 'a string or a list of strings')
    case 'map':
      return readMap(shape.values, value, path, unknown)
    case 'object':
      return readFields(shape, value, path, unknown)
    case 'filters':
      throw new Error('filters are read from queries only')
    default:
      return unreachable(shape)
  }
}

const STRING: Shape = { kind: 'string' }

function readInteger(shape: Extract<Shape, { kind: 'integer' }>, value: unknown, path: string): number {
  if (typeof value !== 'number') return fail(path, 'an integer', value)
  if (!Number.isInteger(value)) return fail(path, 'an integer', value, String(value))
  if (value < shape.minimum || value > shape.maximum) {
    return fail(path, `an integer from ${shape.minimum} to ${shape.maximum}`, value, String(value))
  }
  return value + 0
}

function readItems(items: Shape, value: unknown, path: string, unknown: string[], expected = 'a list'): unknown[] {
  if (!Array.isArray(value)) return fail(path, expected, value)
  return value.map((item, index) =>
    item === null ? zeroOf(items) : read(items, item, indexPath(path, index), unknown),
  )
}

/** Go cuts what does not fit into an array and fills the rest with zeros. */
function readFixed(shape: Extract<Shape, { kind: 'fixed-list' }>, value: unknown, path: string, unknown: string[]) {
  const given = readItems(shape.items, value, path, unknown)
  return Array.from({ length: shape.length }, (_, index) => given[index] ?? zeroOf(shape.items))
}

function readMap(values: Shape, value: unknown, path: string, unknown: string[]): object {
  if (!isPlainObject(value)) return fail(path, 'an object', value)
  const out: Record<string, unknown> = Object.create(null)
  for (const [key, item] of Object.entries(value)) {
    out[key] = item === null ? zeroOf(values) : read(values, item, keyPath(path, key), unknown)
  }
  return out
}

function readFields(
  shape: Extract<Shape, { kind: 'object' }>,
  value: unknown,
  path: string,
  unknown: string[],
): object {
  if (!isPlainObject(value)) return fail(path, 'an object', value)
  const out: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) {
    const name = shape.fields.has(key) ? key : shape.folded.get(key.toLowerCase())
    const field = name === undefined ? undefined : shape.fields.get(name)
    if (name === undefined || field === undefined) report(unknown, path, key)
    else if (item !== null) out[name] = read(field, item, fieldPath(path, name), unknown)
  }
  return out
}

/** What Go leaves in a list or map for null. */
function zeroOf(shape: Shape): unknown {
  switch (shape.kind) {
    case 'string':
    case 'enum':
      return ''
    case 'boolean':
    case 'go-bool':
      return false
    case 'integer':
      return 0
    case 'array':
    case 'string-or-list':
      return []
    case 'fixed-list':
      return Array.from({ length: shape.length }, () => zeroOf(shape.items))
    case 'map':
      return Object.create(null)
    case 'object':
      return {}
    case 'filters':
      return new Map()
    default:
      return unreachable(shape)
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function report(unknown: string[], path: string, key: string): void {
  if (unknown.length < UNKNOWN_FIELDS_MAX) unknown.push(fieldPath(path, shortened(key)))
}

function fail(path: string, expected: string, value: unknown, got = described(value)): never {
  const where = path === '' ? '' : `${path}: `
  throw new Mismatch(`${where}expected ${expected}, got ${got}`)
}

function described(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
