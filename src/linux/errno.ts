import { constants } from 'node:os'
import type { ErrorKind } from '#lib/errors'
import { GantryError } from '#lib/errors'

/** Where two names share a number (EAGAIN and EWOULDBLOCK), the first in alphabetical order stands. */
const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno)
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([name, number]) => [number, name]),
)

/** The C library's words, which Docker's clients match on ("permission denied", "no such file or directory"). */
const WORDS: Readonly<Record<string, string>> = {
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or directory',
  EINTR: 'interrupted system call',
  EIO: 'input/output error',
  ENXIO: 'no such device or address',
  EBADF: 'bad file descriptor',
  EAGAIN: 'resource temporarily unavailable',
  ENOMEM: 'cannot allocate memory',
  EACCES: 'permission denied',
  EBUSY: 'device or resource busy',
  EEXIST: 'file exists',
  EXDEV: 'invalid cross-device link',
  ENODEV: 'no such device',
  ENOTDIR: 'not a directory',
  EISDIR: 'is a directory',
  EINVAL: 'invalid argument',
  ENFILE: 'too many open files in system',
  EMFILE: 'too many open files',
  ENOTTY: 'inappropriate ioctl for device',
  ETXTBSY: 'text file busy',
  EFBIG: 'file too large',
  ENOSPC: 'no space left on device',
  EROFS: 'read-only file system',
  EMLINK: 'too many links',
  EPIPE: 'broken pipe',
  ENAMETOOLONG: 'file name too long',
  ENOSYS: 'function not implemented',
  ENOTEMPTY: 'directory not empty',
  ELOOP: 'too many levels of symbolic links',
  ENOTSUP: 'operation not supported',
  EADDRINUSE: 'address already in use',
  EDQUOT: 'disk quota exceeded',
  ESRCH: 'no such process',
}

/** A system call that the kernel refused: the error number kept, the call and its object named. */
export class SyscallError extends GantryError {
  readonly errno: number
  /** `ENOENT`, as Node's own errors carry it. */
  readonly code: string
  readonly syscall: string
  readonly path: string | undefined

  constructor(errno: number, syscall: string, path?: string) {
    const code = NAMES.get(errno) ?? `errno ${errno}`
    super(kindOf(code), `${syscall}${path === undefined ? '' : ` ${path}`}: ${WORDS[code] ?? code}`)
    this.errno = errno
    this.code = code
    this.syscall = syscall
    this.path = path
  }
}

function kindOf(code: string): ErrorKind {
  return code === 'ENOSPC' || code === 'EDQUOT' ? 'no-space' : 'system'
}

/** The C library's words for a Node error code, where Node's own message is not what clients match on. */
export function errnoWords(code: string): string | undefined {
  return WORDS[code]
}
