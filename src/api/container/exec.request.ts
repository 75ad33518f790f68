import { boolean, consoleSize, list, object, type Read, string } from '../schema.ts'

/** The body of `POST /containers/{id}/exec`. */
export const ExecCreateRequest = object('ExecCreateRequest', {
  User: string(),
  Privileged: boolean(),
  Tty: boolean(),
  ConsoleSize: consoleSize(),
  AttachStdin: boolean(),
  AttachStderr: boolean(),
  AttachStdout: boolean(),
  DetachKeys: string(),
  Env: list(string()),
  WorkingDir: string(),
  /** Unlike a container's, a list only. */
  Cmd: list(string()),
  /** Read and ignored; start decides. */
  Detach: boolean(),
})
export type ExecCreateRequest = Read<typeof ExecCreateRequest>

/** The body of `POST /exec/{id}/start`. */
export const ExecStartRequest = object('ExecStartRequest', {
  Detach: boolean(),
  Tty: boolean(),
  ConsoleSize: consoleSize(),
})
export type ExecStartRequest = Read<typeof ExecStartRequest>
