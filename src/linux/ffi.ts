/**
 * The C library, as typed functions: the one place where FFI signatures stand. Everything is synchronous and acts on
 * the calling thread, which is what makes "switch namespace, act, switch back" atomic in JavaScript.
 * Pointers to foreign memory never leave this file's users: structures travel as Buffers laid out by hand.
 */
import koffi from 'koffi'
import { SyscallError } from './errno.ts'

const libc = koffi.load('libc.so.6')

type Bytes = Uint8Array | null

export const mount: (
  source: string,
  target: string,
  type: string | null,
  flags: number,
  data: string | null,
) => number = libc.func('int mount(const char*, const char*, const char*, unsigned long, const char*)')
export const umount2: {
  (target: string, flags: number): number
  async(target: string, flags: number, done: () => void): void
} = libc.func('int umount2(const char*, int)')
export const unshare: (flags: number) => number = libc.func('int unshare(int)')
export const setns: (fd: number, type: number) => number = libc.func('int setns(int, int)')
export const pivotRoot: (newRoot: string, putOld: string) => number = libc.func(
  'int pivot_root(const char*, const char*)',
)
export const chdir: (path: string) => number = libc.func('int chdir(const char*)')
export const prctl: (option: number, a: number, b: number, c: number, d: number) => number = libc.func(
  'int prctl(int, long, long, long, long)',
)
/** malloc_trim(3): gives memory that was freed back to the kernel. */
export const mallocTrim: (keep: number) => number = libc.func('int malloc_trim(size_t)')
export const flock: (fd: number, operation: number) => number = libc.func('int flock(int, int)')
export const mkfifo: (path: string, mode: number) => number = libc.func('int mkfifo(const char*, unsigned int)')
export const pipe2: (ends: Bytes, flags: number) => number = libc.func('int pipe2(void*, int)')
export const madvise: (address: bigint, length: number, advice: number) => number = libc.func(
  'int madvise(int64_t, size_t, int)',
)
export const memfdCreate: (name: string, flags: number) => number = libc.func(
  'int memfd_create(const char*, unsigned int)',
)
export const fcntl: (fd: number, command: number, argument: number) => number = libc.func('int fcntl(int, int, long)')

export const waitpid: (pid: number, status: Bytes, options: number) => number =
  libc.func('int waitpid(int, void*, int)')
export const posixSpawn: (
  pid: Bytes,
  file: string,
  actions: Bytes,
  attributes: Bytes,
  argv: readonly (string | null)[],
  envp: readonly (string | null)[],
) => number = libc.func('int posix_spawn(void*, const char*, void*, void*, const char**, const char**)')
export const spawnActionsInit: (actions: Bytes) => number = libc.func('int posix_spawn_file_actions_init(void*)')
export const spawnActionsDestroy: (actions: Bytes) => number = libc.func('int posix_spawn_file_actions_destroy(void*)')
export const spawnActionsDup2: (actions: Bytes, fd: number, as: number) => number = libc.func(
  'int posix_spawn_file_actions_adddup2(void*, int, int)',
)
export const spawnActionsCloseFrom: (actions: Bytes, least: number) => number = libc.func(
  'int posix_spawn_file_actions_addclosefrom_np(void*, int)',
)
export const spawnAttributesInit: (attributes: Bytes) => number = libc.func('int posix_spawnattr_init(void*)')
export const spawnAttributesDestroy: (attributes: Bytes) => number = libc.func('int posix_spawnattr_destroy(void*)')
export const spawnAttributesSetFlags: (attributes: Bytes, flags: number) => number = libc.func(
  'int posix_spawnattr_setflags(void*, short)',
)
export const spawnAttributesSetDefault: (attributes: Bytes, signals: Bytes) => number = libc.func(
  'int posix_spawnattr_setsigdefault(void*, void*)',
)
export const spawnAttributesSetMask: (attributes: Bytes, signals: Bytes) => number = libc.func(
  'int posix_spawnattr_setsigmask(void*, void*)',
)

export const socket: (domain: number, type: number, protocol: number) => number = libc.func('int socket(int, int, int)')
export const bind: (fd: number, address: Bytes, length: number) => number = libc.func(
  'int bind(int, void*, unsigned int)',
)
export const listen: (fd: number, backlog: number) => number = libc.func('int listen(int, int)')
export const accept4: (fd: number, address: Bytes, length: Bytes, flags: number) => number = libc.func(
  'int accept4(int, void*, void*, int)',
)
export const send: (fd: number, data: Bytes, length: number, flags: number) => number = libc.func(
  'long send(int, void*, size_t, int)',
)
export const recv: (fd: number, data: Bytes, length: number, flags: number) => number = libc.func(
  'long recv(int, void*, size_t, int)',
)
export const setsockopt: (fd: number, level: number, name: number, value: Bytes, length: number) => number = libc.func(
  'int setsockopt(int, int, int, void*, unsigned int)',
)

export const openat: (dir: number, path: string | Uint8Array, flags: number, mode: number) => number = libc.func(
  'int openat(int, const char*, int, unsigned int)',
)
export const close: (fd: number) => number = libc.func('int close(int)')
export const mkdirat: (dir: number, path: string | Uint8Array, mode: number) => number = libc.func(
  'int mkdirat(int, const char*, unsigned int)',
)
export const unlinkat: (dir: number, path: string | Uint8Array, flags: number) => number = libc.func(
  'int unlinkat(int, const char*, int)',
)
export const symlinkat: (target: string | Uint8Array, dir: number, path: string | Uint8Array) => number = libc.func(
  'int symlinkat(const char*, int, const char*)',
)
export const linkat: (
  fromDir: number,
  from: string | Uint8Array,
  toDir: number,
  to: string | Uint8Array,
  flags: number,
) => number = libc.func('int linkat(int, const char*, int, const char*, int)')
export const mknodat: (dir: number, path: string | Uint8Array, mode: number, device: number) => number = libc.func(
  'int mknodat(int, const char*, unsigned int, unsigned long)',
)
export const fchownat: (dir: number, path: string | Uint8Array, uid: number, gid: number, flags: number) => number =
  libc.func('int fchownat(int, const char*, unsigned int, unsigned int, int)')
export const fchmodat: (dir: number, path: string | Uint8Array, mode: number, flags: number) => number = libc.func(
  'int fchmodat(int, const char*, unsigned int, int)',
)
export const utimensat: (dir: number, path: string | Uint8Array, times: Bytes, flags: number) => number = libc.func(
  'int utimensat(int, const char*, void*, int)',
)
export const fchown: (fd: number, uid: number, gid: number) => number = libc.func(
  'int fchown(int, unsigned int, unsigned int)',
)
export const fchmod: (fd: number, mode: number) => number = libc.func('int fchmod(int, unsigned int)')
export const futimens: (fd: number, times: Bytes) => number = libc.func('int futimens(int, void*)')
export const fsetxattr: (fd: number, name: string | Uint8Array, value: Bytes, size: number, flags: number) => number =
  libc.func('int fsetxattr(int, const char*, void*, size_t, int)')
export const lseek: (fd: number, offset: number, whence: number) => number = libc.func('long lseek(int, long, int)')
export const write: (fd: number, data: Bytes, length: number) => number = libc.func('long write(int, void*, size_t)')
export const lsetxattr: (
  path: string | Uint8Array,
  name: string | Uint8Array,
  value: Bytes,
  size: number,
  flags: number,
) => number = libc.func('int lsetxattr(const char*, const char*, void*, size_t, int)')
export const setxattr: (path: string, name: string | Uint8Array, value: Bytes, size: number, flags: number) => number =
  libc.func('int setxattr(const char*, const char*, void*, size_t, int)')
export const getxattr: (path: string, name: string | Uint8Array, value: Bytes, size: number) => number = libc.func(
  'long getxattr(const char*, const char*, void*, size_t)',
)
export const listxattr: (path: string, list: Bytes, size: number) => number = libc.func(
  'long listxattr(const char*, void*, size_t)',
)
export const readlinkat: (dir: number, path: string, target: Bytes, size: number) => number = libc.func(
  'long readlinkat(int, const char*, void*, size_t)',
)
export const lgetxattr: (path: string | Uint8Array, name: string | Uint8Array, value: Bytes, size: number) => number =
  libc.func('long lgetxattr(const char*, const char*, void*, size_t)')
export const llistxattr: (path: string | Uint8Array, list: Bytes, size: number) => number = libc.func(
  'long llistxattr(const char*, void*, size_t)',
)
export const syncfs: {
  (fd: number): number
  async(fd: number, done: (error: Error | null, result: number) => void): void
} = libc.func('int syncfs(int)')

const ioctlPointer: (fd: number, request: number, argument: Bytes) => number = libc.func(
  'int ioctl(int, unsigned long, void*)',
)
export const ioctl = ioctlPointer

const syscallNumbers: (n: number, a: number, b: number, c: number, d: number) => number = libc.func('syscall', 'long', [
  'long',
  'long',
  'long',
  'long',
  'long',
])
const syscallPathPointer: (n: number, fd: number, path: string | Uint8Array, pointer: Bytes, size: number) => number =
  libc.func('syscall', 'long', ['long', 'long', 'const char*', 'void*', 'size_t'])

const syscallMountSetattr: (
  n: number,
  dir: number,
  path: string,
  flags: number,
  attributes: Bytes,
  size: number,
) => number = libc.func('syscall', 'long', ['long', 'long', 'const char*', 'unsigned int', 'void*', 'size_t'])

/** Numbers of calls without a wrapper in glibc 2.36; the same on every architecture since Linux 5.1. */
const SYS_PIDFD_SEND_SIGNAL = 424
const SYS_PIDFD_OPEN = 434
const SYS_OPENAT2 = 437
const SYS_PIDFD_GETFD = 438
const SYS_MOUNT_SETATTR = 442

export function openat2(dir: number, path: string | Uint8Array, how: Uint8Array): number {
  return syscallPathPointer(SYS_OPENAT2, dir, path, how, how.length)
}

/** mount_setattr(2), of Linux 5.12. */
export function mountSetattr(dir: number, path: string, flags: number, attributes: Uint8Array): number {
  return syscallMountSetattr(SYS_MOUNT_SETATTR, dir, path, flags, attributes, attributes.length)
}

export function pidfdOpen(pid: number, flags: number): number {
  return syscallNumbers(SYS_PIDFD_OPEN, pid, flags, 0, 0)
}

export function pidfdGetfd(pidfd: number, fd: number): number {
  return syscallNumbers(SYS_PIDFD_GETFD, pidfd, fd, 0, 0)
}

export function pidfdSendSignal(pidfd: number, signal: number): number {
  return syscallNumbers(SYS_PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0)
}

export const recvmsg: (fd: number, message: Bytes, flags: number) => number = libc.func('long recvmsg(int, void*, int)')
export const poll: {
  (fds: Bytes, count: number, timeout: number): number
  async(fds: Bytes, count: number, timeout: number, done: (error: Error | null, result: number) => void): void
} = libc.func('int poll(void*, unsigned long, int)')

/** The address of `bytes` for structures that hold pointers; valid for as long as `bytes` is referenced. */
export function addressOf(bytes: Uint8Array): bigint {
  return koffi.address(bytes)
}

/** The error number of the call just made on this thread. */
export function errno(): number {
  return koffi.errno()
}

/** Returns `result`, or throws what the kernel said, naming the call and its object. */
export function checked(result: number, call: string, object?: string): number {
  if (result < 0) throw new SyscallError(koffi.errno(), call, object)
  return result
}
