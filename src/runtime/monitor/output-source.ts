import { closeSync, readSync } from 'node:fs'
import { Socket } from 'node:net'
import { ReadStream } from 'node:tty'
import { errorCode } from '#lib/errors'

/** What is read at once. All sources share one piece of memory: a chunk is valid during the call that hands it out. */
const READ_BYTES = 128 * 1024
/** Reads made at the end before giving other tasks a turn; more than any pipe holds. */
const FINAL_READS_MAX = 64

/** Where output of a task comes from. */
export interface OutputSource {
  /** Stops reading until `resume`. */
  pause(): void
  resume(): void
  /** Reads what is there now, at once; to be called when the writers are gone. */
  drain(): void
  close(): void
}

/** Memory that every pipe of this process is read into. */
export function createReadBuffer(): Buffer {
  return Buffer.allocUnsafeSlow(READ_BYTES)
}

/** Reads a pipe; `fd` belongs to the source from here on. */
export function pipeSource(fd: number, buffer: Buffer, onChunk: (chunk: Buffer) => void): OutputSource {
  const socket = new Socket({
    fd,
    readable: true,
    writable: false,
    onread: {
      buffer,
      callback: length => {
        onChunk(buffer.subarray(0, length))
        return true
      },
    },
  })
  socket.on('error', () => {}) // The end of a pipe, however it comes, is its end.
  return {
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    drain: () => {
      if (!socket.destroyed) drainDescriptor(fd, buffer, onChunk)
    },
    close: () => void socket.destroy(),
  }
}

/** Terminal masters know no readiness but through libuv's tty handle, which also writes. */
export interface TerminalSource extends OutputSource {
  write(bytes: Buffer): boolean
  onDrain(listener: () => void): void
}

export function terminalSource(fd: number, buffer: Buffer, onChunk: (chunk: Buffer) => void): TerminalSource {
  const stream = new ReadStream(fd)
  stream.on('data', onChunk)
  stream.on('error', () => {}) // EIO: the last slave was closed.
  return {
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
    drain: () => {
      if (!stream.destroyed) drainDescriptor(fd, buffer, onChunk)
    },
    close: () => void stream.destroy(),
    write: bytes => stream.writable && stream.write(bytes),
    onDrain: listener => void stream.on('drain', listener),
  }
}

function drainDescriptor(fd: number, buffer: Buffer, onChunk: (chunk: Buffer) => void): void {
  for (let reads = 0; reads < FINAL_READS_MAX; reads++) {
    try {
      const length = readSync(fd, buffer)
      if (length === 0) return
      onChunk(buffer.subarray(0, length))
    } catch (error) {
      if (errorCode(error) === 'EINTR') continue
      return // EAGAIN: empty. EIO: a terminal without slaves.
    }
  }
}

/** Closes descriptors that were opened for a child, whatever state they are in. */
export function closeAll(fds: readonly number[]): void {
  for (const fd of new Set(fds)) closeSync(fd)
}
