import { closeSync, constants, openSync } from 'node:fs'
import { SyscallError } from './errno.ts'
import { checked, flock } from './ffi.ts'

const LOCK_EX = 2
const LOCK_NB = 4

/** Holds `path` against other processes until disposed of or this process ends; undefined where another holds it. */
export function lockFile(path: string): Disposable | undefined {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600)
  try {
    checked(flock(fd, LOCK_EX | LOCK_NB), 'flock', path)
    return { [Symbol.dispose]: () => closeSync(fd) }
  } catch (error) {
    closeSync(fd)
    if (error instanceof SyscallError && error.code === 'EAGAIN') return undefined
    throw error
  }
}
