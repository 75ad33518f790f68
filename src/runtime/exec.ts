import type { TerminalSize } from '#linux'
import type { ExecSettings } from './spec/exec-process.ts'
import type { AttachRequest, AttachStream, RuntimeProgram, StartedTask, TaskExit } from './task.ts'

/**
 * An exec is a process beside the first one of a running container: it shares the container's namespaces, control group
 * and limits, and ends with it.
 *
 * Lifecycle. `describe` gives it a place and keeps what its owner has to know of it, for a daemon that comes later; it
 * may be called again. `attach` makes its streams, so that a client can join before it runs. `start` starts it, once;
 * when it throws, streams are let go and nothing runs. From then on it belongs to the monitor as tasks do. `remove`
 * ends it, if it runs, and forgets it. The end of the container's task takes all of its execs away.
 */
export interface Execs {
  /** @throws InvalidArgument in Docker's words for a user or group that the container does not know */
  checkUser(container: string, user: string): void
  /** @throws Conflict where the container does not run */
  describe(exec: ExecName, description: object): void
  /** @throws Conflict where the container does not run */
  attach(exec: ExecName, request: AttachRequest, io: ExecIo): Promise<AttachStream>
  /** @throws ExecRefused for what the container's own files are to blame for, Conflict where it does not run */
  start(exec: ExecName, request: ExecRequest): Promise<StartedTask>
  resize(exec: ExecName, size: TerminalSize): Promise<void>
  /** How it ended. To be asked once by whoever started it, or found it running. */
  exited(exec: ExecName): Promise<TaskExit>
  remove(exec: ExecName): Promise<void>
  /** What is known of them, once after a start of the daemon. */
  list(): Promise<KnownExec[]>
}

export interface ExecName {
  readonly id: string
  readonly container: string
}

export interface ExecIo {
  readonly terminal: boolean
  readonly openStdin: boolean
}

export interface ExecRequest {
  readonly io: ExecIo
  readonly settings: ExecSettings
  /** That of the container. */
  readonly runtime: RuntimeProgram
}

export interface KnownExec extends ExecName {
  /** As it was given to `describe`, not yet parsed. */
  readonly description: unknown
  readonly started: StartedTask | undefined
  readonly exit: TaskExit | undefined
}
