import { Socket } from 'node:net'

/** The writing end of a task's standard input, shared by every attached client that has input to give. */
export interface StdinSink {
  /** False when the writer should wait for `onDrain`. What comes after the end is dropped. */
  write(bytes: Buffer): boolean
  onDrain(listener: () => void): void
  /** The task reads end-of-file once it has read everything before. */
  end(): void
  close(): void
}

/** `fd` belongs to the sink from here on. A task that closes its input makes what comes vanish, as in a shell. */
export function stdinPipe(fd: number): StdinSink {
  const socket = new Socket({ fd, readable: false, writable: true })
  socket.on('error', () => {})
  return {
    write: bytes => !socket.writable || socket.write(bytes),
    onDrain: listener => {
      socket.on('drain', listener)
      socket.on('close', listener)
    },
    end: () => void socket.end(),
    close: () => void socket.destroy(),
  }
}

/** For a task whose input is /dev/null. */
export const noStdin: StdinSink = { write: () => true, onDrain: () => {}, end: () => {}, close: () => {} }
