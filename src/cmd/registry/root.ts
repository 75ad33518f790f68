import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Conflict, errorText, SystemError } from '#lib/errors'
import { lockFile } from '#linux'

/** Makes the folder where it is missing and holds it against other processes. @throws Conflict, SystemError */
export function holdRoot(root: string): Disposable {
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new SystemError(`cannot make --root ${root}: ${errorText(error)}`, { cause: error })
  }
  const lock = lockFile(join(root, 'lock'))
  if (lock !== undefined) return lock
  throw new Conflict(`${root} is in use by another registry`, { fix: 'stop that one, or choose another --root' })
}
