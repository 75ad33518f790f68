import { InvalidArgument } from '#lib/errors'
import { parseJson } from '../json/parse.ts'
import type { Filters } from '../schema.ts'

const INVALID_FILTERS = { fix: 'send a JSON object of lists, as {"label":["a=b"]}' }

/**
 * Reads the `filters` parameter in either form, `{"label":["a"]}` or `{"label":{"a":true}}`. Nobody but
 * `filterFlag` looks at the booleans of the second form, as in dockerd; an empty text means no filters.
 * @throws InvalidArgument in Docker's words.
 */
export function readFilters(text: string): Filters {
  const filters = new Map<string, readonly string[]>()
  if (text === '') return filters
  const value = parsed(text)
  if (value === null) return filters
  if (typeof value !== 'object' || Array.isArray(value)) throw new InvalidArgument('invalid filter', INVALID_FILTERS)
  const entries = Object.entries(value)
  const form = entries.every(([, values]) => values === null || isFlags(values)) ? isFlags : isWords
  for (const [key, values] of entries) {
    if (values !== null && !form(values)) throw new InvalidArgument('invalid filter', INVALID_FILTERS)
    filters.set(key, [...new Set(wordsOf(values))])
  }
  return filters
}

/** @throws InvalidArgument naming the first key that is not among `accepted`. */
export function checkFilters(filters: Filters, accepted: readonly string[]): void {
  for (const key of filters.keys()) {
    if (accepted.includes(key)) continue
    throw new InvalidArgument(`invalid filter '${key}'`, { fix: `use one of ${accepted.join(', ')}` })
  }
}

/**
 * The truth of a filter that is a flag (`dangling`); undefined where it is not given.
 * @throws InvalidArgument where its values are none, no booleans, or contradict each other.
 */
export function filterFlag(filters: Filters, key: string): boolean | undefined {
  const values = filters.get(key)
  if (values === undefined) return undefined
  const isTrue = values.includes('1') || values.includes('true')
  const isFalse = values.includes('0') || values.includes('false')
  if (isTrue !== isFalse) return isTrue
  const shown = values.length === 0 ? key : `${key}=[${values.join(' ')}]`
  throw new InvalidArgument(`invalid filter '${shown}'`, { fix: `use ${key}=true or ${key}=false` })
}

/** The form that every engine since API 1.22 understands. */
export function writeFilters(filters: Filters): string {
  const value: Record<string, Record<string, true>> = Object.create(null)
  for (const [key, words] of filters) {
    const flags: Record<string, true> = Object.create(null)
    for (const word of words) flags[word] = true
    value[key] = flags
  }
  return JSON.stringify(value)
}

function parsed(text: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    throw new InvalidArgument('invalid filter', { ...INVALID_FILTERS, cause })
  }
}

function isFlags(values: unknown): values is Record<string, boolean> {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) return false
  return Object.values(values).every(flag => typeof flag === 'boolean' || flag === null)
}

function isWords(values: unknown): values is string[] {
  return Array.isArray(values) && values.every(word => typeof word === 'string')
}

function wordsOf(values: string[] | Record<string, boolean> | null): readonly string[] {
  if (values === null) return []
  return Array.isArray(values) ? values : Object.keys(values)
}
