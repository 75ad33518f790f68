/**
 * Where a task's output is kept. `write` never blocks and never throws; while `isFull`, the task's own output is left
 * unread, so that a slow disk slows the container that floods it and nobody else.
 */
import type { OutputStream } from './json-lines.ts'

export interface TaskLog {
  /** Makes ready for the first entry: what is read and not yet written is lost with this process. Never throws. */
  open(): void
  write(stream: OutputStream, chunk: Buffer): void
  readonly isFull: boolean
  /** Resolves when there is room again. */
  room(): Promise<void>
  /** Writes what waits for the end of its line and resolves when everything is in the file. */
  close(): Promise<void>
}

/** For `--log-driver none`. */
export const noLog: TaskLog = {
  open: () => {},
  write: () => {},
  isFull: false,
  room: () => Promise.resolve(),
  close: () => Promise.resolve(),
}
