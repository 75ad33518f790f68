import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'

/** A parser for records of a shape: what does not fit is thrown with the place and the expectation. */
export function recordParser<T extends TSchema>(schema: T): (value: unknown) => Static<T> {
  const validator = Compile(schema)
  return value => {
    if (validator.Check(value)) return value
    const [first] = validator.Errors(value)
    throw new Error(`${first?.instancePath ?? ''} ${first?.message ?? 'does not fit'}`.trim())
  }
}
