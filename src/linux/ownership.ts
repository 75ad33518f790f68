import { SyscallError } from './errno.ts'
import { checked, fchmod, fchown, fsetxattr, futimens } from './ffi.ts'

export interface Ownership {
  readonly uid: number
  readonly gid: number
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number
  /** Nanoseconds since the epoch. */
  readonly mtime: bigint
  readonly xattrs: ReadonlyMap<string, Uint8Array>
}

/** Owner first: changing it takes setuid bits and capabilities away. */
export function setByDescriptor(fd: number, what: Ownership, path: string): void {
  checked(fchown(fd, what.uid, what.gid), 'chown', path)
  checked(fchmod(fd, what.mode & 0o7777), 'chmod', path)
  for (const [name, value] of what.xattrs) ignoreUnsupported(fsetxattr(fd, name, value, value.length, 0), path)
  checked(futimens(fd, timesOf(what.mtime)), 'utimes', path)
}

/** Two struct timespec: access and modification. Good until the next call. */
export function timesOf(mtime: bigint): Buffer {
  const nanos = ((mtime % NANOS) + NANOS) % NANOS
  for (const at of [0, 16]) {
    TIMES.writeBigInt64LE((mtime - nanos) / NANOS, at)
    TIMES.writeBigInt64LE(nanos, at + 8)
  }
  return TIMES
}

const TIMES = Buffer.alloc(32)
const NANOS = 1_000_000_000n

/** File systems without some kind of attribute are no reason to refuse an image; a full disk is. */
export function ignoreUnsupported(result: number, path: string): void {
  try {
    checked(result, 'setxattr', path)
  } catch (error) {
    if (error instanceof SyscallError && ['ENOTSUP', 'EPERM', 'EINVAL'].includes(error.code)) return
    throw error
  }
}

/** makedev(3). */
export function deviceNumber(major: number, minor: number): number {
  return Number(
    (BigInt(major & 0xfffff000) << 32n) |
      (BigInt(major & 0xfff) << 8n) |
      (BigInt(minor & 0xffffff00) << 12n) |
      BigInt(minor & 0xff),
  )
}
