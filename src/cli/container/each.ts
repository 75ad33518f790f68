import { Semaphore } from '#lib/lock'
import { Failure } from '../failure.ts'
import type { Context } from '../program/context.ts'
import { describe } from '../program/describe.ts'

/** Requests under way at once. */
const PARALLEL_MAX = 50

export interface EachOptions {
  /** Errors that are told and do not count. */
  readonly forgives?: (error: unknown) => boolean
}

/**
 * Does something to each of several objects and prints the names of those where it worked, in the order in which they
 * were given. @throws Failure with the errors of the others
 */
export async function forEach(
  { streams }: Context,
  names: readonly string[],
  act: (name: string) => Promise<unknown>,
  { forgives = () => false }: EachOptions = {},
): Promise<void> {
  const slots = new Semaphore(PARALLEL_MAX)
  const results = names.map(name => slots.run(() => act(name)))
  for (const result of results) result.catch(() => {})
  const errors: unknown[] = []
  for (const [index, result] of results.entries()) {
    try {
      await result
      streams.out.line(names[index] ?? '')
    } catch (error) {
      if (forgives(error)) streams.err.line(describe(error))
      else errors.push(error)
    }
  }
  failTogether(errors)
}

/** @throws Failure with a line for each of `errors`, if there are any */
export function failTogether(errors: readonly unknown[]): void {
  if (errors.length > 0) throw new Failure(errors.map(describe).join('\n'))
}
