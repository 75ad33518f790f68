import { errorText, GantryError } from '#lib/errors'
import { takeBack } from './collect/collect.ts'
import type { ImageDeps } from './deps.ts'
import { Operation } from './hold.ts'

/**
 * Runs `body` as one operation, and lets go of what it held. Where `takesBack` says so of its failure (undefined where
 * there is none), what it has made and nobody needs is removed at once instead of by the next `collect`.
 */
export async function perform<T>(
  deps: ImageDeps,
  takesBack: (failure: unknown) => boolean,
  body: (operation: Operation) => Promise<T>,
): Promise<T> {
  const operation = new Operation(deps.holds)
  let failure: unknown
  try {
    return await body(operation)
  } catch (error) {
    failure = error
    throw error
  } finally {
    operation[Symbol.dispose]()
    if (takesBack(failure)) await takeBack(deps, operation).catch(error => warn(deps, error))
  }
}

/** What stays is removed by `collect`; the operation's own end is what counts. */
function warn({ log }: ImageDeps, error: unknown): void {
  log.warn('cannot take back what an operation has made', { error: errorText(error) })
}

/** True where the next attempt will be glad of what this one has got: the way was broken, or somebody changed his mind. */
export function mayBeTriedAgain(failure: unknown): boolean {
  if (!(failure instanceof GantryError)) return false
  return ['cancelled', 'unavailable', 'deadline', 'unauthorized', 'data-corrupt'].includes(failure.kind)
}
