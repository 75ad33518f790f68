import { InvalidArgument } from '#lib/errors'
import { jsonTokens } from './json-tokens.ts'
import { DATA_DEPTH_MAX } from './limits.ts'
import type { Data } from './values.ts'
import { JsonNumber } from './values.ts'

/**
 * JSON as Go decodes it into an `interface {}` with UseNumber: objects are Maps (so that no key is special), numbers keep
 * their spelling.
 * @throws InvalidArgument for what is no JSON, or nested deeper than DATA_DEPTH_MAX
 */
export function parseJsonExact(text: string): Data {
  checkDepth(text)
  try {
    return JSON.parse(text, exact)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new InvalidArgument(`invalid JSON: ${reason}`, { cause: error })
  }
}

function exact(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value === 'number') return new JsonNumber(context?.source ?? String(value))
  if (typeof value === 'string') return value.toWellFormed()
  const isObject = typeof value === 'object' && value !== null && !(value instanceof JsonNumber)
  return isObject && !Array.isArray(value) ? new Map(Object.entries(value)) : value
}

/** JSON.parse hands values back recursively; what is nested too deep must not reach it. */
function checkDepth(text: string): void {
  let depth = 0
  for (const token of jsonTokens(text)) {
    if (token === '[' || token === '{') depth++
    else if (token === ']' || token === '}') depth--
    if (depth > DATA_DEPTH_MAX) throw new InvalidArgument(`invalid JSON: nested more than ${DATA_DEPTH_MAX} levels`)
  }
}
