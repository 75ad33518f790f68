import { Cancelled, errorCode, errorText, GantryError, NoSpace, SystemError } from './errors.ts'

/** What the kernel says where a disk, a quota or a file system's inodes are used up. */
const NO_SPACE = ['ENOSPC', 'EDQUOT']

/**
 * The meaning of a failed file operation. Docker's clients and tests look for "no space left on device".
 * @param doing What was tried, with the path: "write blob sha256:..."
 */
export function fileError(error: unknown, doing: string, folder: string): GantryError {
  if (error instanceof GantryError) return error
  if (errorCode(error) === 'ABORT_ERR') return new Cancelled(`${doing}: cancelled`, { cause: error })
  if (NO_SPACE.includes(errorCode(error) ?? '')) {
    return new NoSpace(`${doing}: no space left on device`, {
      fix: `free space or inodes on the file system of ${folder}, for example with an image prune`,
      cause: error,
    })
  }
  return new SystemError(`${doing}: ${errorText(error)}`, { cause: error })
}
