import type { Filters } from '../schema.ts'
import { writeFilters } from './filters.ts'

export type QueryFields = Readonly<Record<string, unknown>>

/**
 * The other direction of `readQuery`, for clients: booleans as 1 and 0, lists as repeated parameters, filters as JSON.
 * Absent fields, empty lists and empty filters are left out.
 */
export function writeQuery(query: QueryFields): URLSearchParams {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const text of texts(name, value)) params.append(name, text)
  }
  return params
}

function texts(name: string, value: unknown): readonly string[] {
  switch (typeof value) {
    case 'undefined':
      return []
    case 'string':
      return [value]
    case 'number':
      return [String(value)]
    case 'boolean':
      return [value ? '1' : '0']
    case 'object':
      if (isFilters(value)) return value.size === 0 ? [] : [writeFilters(value)]
      if (Array.isArray(value)) return value.map(String)
      break
  }
  throw new Error(`the query parameter ${name} has a value that no query can hold`)
}

function isFilters(value: unknown): value is Filters {
  return value instanceof Map
}
