import { closeSync } from 'node:fs'
import { accept4, addressOf, bind, checked, ioctl, listen, recvmsg, socket } from './ffi.ts'

const AF_UNIX = 1
const SOCK_STREAM = 1
const SOCK_CLOEXEC = 0x80000
const SOCK_NONBLOCK = 0x800
const SOL_SOCKET = 1
const SCM_RIGHTS = 1
const MSG_CMSG_CLOEXEC = 0x40000000
const SUN_PATH_MAX = 108
const TIOCSWINSZ = 0x5414

/** Columns and rows of a terminal. */
export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

/** See TIOCSWINSZ(2const); the foreground process group gets SIGWINCH. */
export function resizeTerminal(fd: number, size: TerminalSize): void {
  const data = Buffer.alloc(8)
  data.writeUInt16LE(size.rows, 0)
  data.writeUInt16LE(size.columns, 2)
  checked(ioctl(fd, TIOCSWINSZ, data), 'resize terminal')
}

/**
 * The socket over which an OCI runtime hands over the master of the terminal that it made
 * (runc's docs/terminals.md, `--console-socket`).
 */
export class ConsoleSocket implements Disposable {
  readonly #fd: number

  /** @throws SyscallError; a path above 107 bytes does not fit a socket address. */
  constructor(path: string) {
    this.#fd = checked(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), 'socket')
    try {
      const address = Buffer.alloc(2 + SUN_PATH_MAX)
      address.writeUInt16LE(AF_UNIX, 0)
      if (address.write(`${path}\0`, 2) < Buffer.byteLength(path) + 1)
        throw new RangeError(`socket path too long: ${path}`)
      checked(bind(this.#fd, address, 2 + Buffer.byteLength(path) + 1), 'bind', path)
      checked(listen(this.#fd, 1), 'listen', path)
    } catch (error) {
      closeSync(this.#fd)
      throw error
    }
  }

  /**
   * Takes the terminal that a runtime which has finished left here. The message waits in the socket by then, so that
   * this never blocks. @throws SyscallError EAGAIN where the runtime sent none.
   */
  receiveTerminal(): number {
    const connection = checked(accept4(this.#fd, null, null, SOCK_CLOEXEC), 'accept console')
    try {
      return receiveDescriptor(connection)
    } finally {
      closeSync(connection)
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd)
  }
}

/** One descriptor out of an SCM_RIGHTS message; see unix(7) and cmsg(3). Layouts are those of 64-bit Linux. */
function receiveDescriptor(connection: number): number {
  const data = Buffer.alloc(4096)
  const vector = Buffer.alloc(16)
  vector.writeBigUInt64LE(addressOf(data), 0)
  vector.writeBigUInt64LE(BigInt(data.length), 8)
  const control = Buffer.alloc(24)
  const message = Buffer.alloc(56)
  message.writeBigUInt64LE(addressOf(vector), 16)
  message.writeBigUInt64LE(1n, 24)
  message.writeBigUInt64LE(addressOf(control), 32)
  message.writeBigUInt64LE(BigInt(control.length), 40)
  checked(Number(recvmsg(connection, message, MSG_CMSG_CLOEXEC)), 'receive terminal')
  const isRights = control.readInt32LE(8) === SOL_SOCKET && control.readInt32LE(12) === SCM_RIGHTS
  if (!isRights) throw new Error('the runtime sent no terminal on the console socket')
  return control.readInt32LE(16)
}
