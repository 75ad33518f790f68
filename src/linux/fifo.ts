import { constants, openSync } from 'node:fs'
import { checked, fcntl, mkfifo } from './ffi.ts'

const F_GETFL = 3
const F_SETFL = 4
const F_SETPIPE_SZ = 1031

/** Makes a named pipe. See mkfifo(3). */
export function createFifo(path: string, mode: number): void {
  checked(mkfifo(path, mode), 'mkfifo', path)
}

/**
 * Opens a named pipe for the writer, which holds the reading end too: no reader going away ever gives the writer
 * SIGPIPE, and what was written and not read stays in the pipe for the next reader.
 */
export function openFifoForLastingWriter(path: string): number {
  return openSync(path, constants.O_RDWR)
}

export function openFifoForReading(path: string): number {
  return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
}

/** Needs a reader to be there already. */
export function openFifoForWriting(path: string): number {
  return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
}

/** Asks for more room in a pipe; a host that gives less is no error. See pipe(7), "Pipe capacity". */
export function growPipe(fd: number, bytes: number): void {
  fcntl(fd, F_SETPIPE_SZ, bytes)
}

/** Takes O_NONBLOCK off a descriptor that is handed to a program which expects an ordinary pipe. */
export function setBlocking(fd: number): void {
  const flags = checked(fcntl(fd, F_GETFL, 0), 'fcntl(F_GETFL)')
  checked(fcntl(fd, F_SETFL, flags & ~constants.O_NONBLOCK), 'fcntl(F_SETFL)')
}
