import { errorCode, NotFound } from '#lib/errors'

/** A path that is not there, in Docker's words. */
export function missingPath(error: unknown, path: string, nameOrId: string): unknown {
  if (errorCode(error) !== 'ENOENT') return error
  return new NotFound(`Could not find the file ${path} in container ${nameOrId}`, { cause: error })
}
