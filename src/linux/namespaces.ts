import { closeSync, constants, mkdirSync, openSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { errorCode } from '#lib/errors'
import { checked, setns, unshare } from './ffi.ts'
import { mountAt, unmount } from './mount.ts'

const CLONE_NEWNET = 0x40000000

/**
 * Makes a network namespace and pins it at `path` by a bind mount, so that it lives without a process.
 * @throws SyscallError; nothing is left behind then.
 */
export function createNetworkNamespace(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, '', { flag: 'wx', mode: 0o600 })
  const own = openSync('/proc/thread-self/ns/net', constants.O_RDONLY)
  try {
    checked(unshare(CLONE_NEWNET), 'unshare network namespace')
    try {
      mountAt(path, { type: 'bind', source: '/proc/thread-self/ns/net', options: ['bind'] })
    } finally {
      checked(setns(own, CLONE_NEWNET), 'return to own network namespace')
    }
  } catch (error) {
    unlinkSync(path)
    throw error
  } finally {
    closeSync(own)
  }
}

/** Unpins the namespace; the kernel ends it with the last process in it. True if there was one. */
export function removeNetworkNamespace(path: string): boolean {
  const was = unmount(path)
  try {
    unlinkSync(path)
    return true
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return was
    throw error
  }
}

/** Runs `body`, which must be synchronous, with this thread in the network namespace pinned at `path`. */
export function inNetworkNamespace<T>(path: string, body: () => T): T {
  const own = openSync('/proc/thread-self/ns/net', constants.O_RDONLY)
  try {
    const other = openSync(path, constants.O_RDONLY)
    try {
      checked(setns(other, CLONE_NEWNET), 'setns', path)
    } finally {
      closeSync(other)
    }
    try {
      return body()
    } finally {
      checked(setns(own, CLONE_NEWNET), 'return to own network namespace')
    }
  } finally {
    closeSync(own)
  }
}
