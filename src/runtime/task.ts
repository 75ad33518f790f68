import type { Readable, Writable } from 'node:stream'
import type { UnixNanos } from '#lib/time'
import type { Mount, MountView, TerminalSize, ViewRequest } from '#linux'
import type { SpecMount } from '#oci'
import type { Execs } from './exec.ts'
import type { BindSettings, LimitSettings, ProcessSettings } from './spec/settings.ts'

/**
 * A task is the running instance of a container: an OCI bundle, its first process, and its standard streams.
 *
 * Lifecycle. `attach` with `io` makes the streams, so that clients can join before anything runs. `start` mounts the
 * root, writes the bundle and has the runtime start it; when it throws, nothing is left. From then on the task belongs to the monitor, which outlives this process: it is there again in
 * `tasks` after a restart. When the first process ends, the monitor has written all output to the log and kept the
 * exit on tmpfs before anybody hears of it; `exited` tells. `remove` takes away the mounts, the runtime's state and
 * every file of the task and is idempotent.
 */
export interface Runtime extends AsyncDisposable {
  /** Other processes in running containers. */
  readonly execs: Execs
  /** @throws StartRefused for what the container's own files are to blame for (no such command, ...) */
  start(id: string, request: StartRequest): Promise<StartedTask>
  /**
   * Joins the streams of a task; `io` prepares them for one that does not run yet. They end with the task's output.
   * @throws NotFound without `io` for a task that is not there
   */
  attach(id: string, request: AttachRequest, io?: TaskIo): Promise<AttachStream>
  resize(id: string, size: TerminalSize): Promise<void>
  /** Sets what a running task may use from now on. @throws SystemError with the runtime's words */
  update(id: string, program: RuntimeProgram, limits: LimitSettings): Promise<void>
  /** What the monitor and its folders know, once after a start of the daemon. */
  tasks(): Promise<KnownTask[]>
  remove(id: string): Promise<void>
  /** True where the task's first process has been told. */
  signal(task: { readonly pid: number; readonly startTime: number }, signal: number): boolean
  /** The files of a running task, as its first process sees them; undefined where that has ended. */
  viewOf(task: { readonly pid: number; readonly startTime: number }): MountView | undefined
  /** The files of a container that does not run, with its root and binds mounted for the holder of the view alone. */
  assembleView(request: RootRequest): MountView
  /** How the task ended. Resolves at once where it has ended already. */
  exited(id: string): Promise<TaskExit>
  /** Ends the monitor itself; containers must be gone by then. */
  shutdown(): Promise<void>
}

/** What is known of standard streams and log before a container starts. */
export interface TaskIo {
  readonly terminal: boolean
  /** Standard input is a stream that clients write to; otherwise /dev/null. */
  readonly openStdin: boolean
  /** Standard input ends when the first client that wrote to it goes. */
  readonly stdinOnce: boolean
  readonly log: LogTarget
}

export type LogTarget =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'json-file'
      readonly path: string
      /** Bytes at which the file is rotated; undefined never. */
      readonly maxSize: number | undefined
      /** Files kept, the current one included. */
      readonly maxFiles: number
      /** What every entry carries; absent is nothing. */
      readonly attributes?: Readonly<Record<string, string>>
    }

export interface StartRequest {
  readonly io: TaskIo
  readonly rootfs: readonly Mount[]
  readonly settings: ProcessSettings
  /** Absolute path of the control group within its hierarchies. */
  readonly cgroup: string
  /** Name or path of the OCI runtime. */
  readonly runtime: RuntimeProgram
}

/** What the files of a container that does not run are put together from. */
export interface RootRequest {
  readonly rootfs: ViewRequest['rootfs']
  readonly mounts: readonly SpecMount[]
  readonly binds: readonly BindSettings[]
  readonly isRootReadOnly: boolean
  /** Nothing in the root is changed. */
  readonly isReadOnly: boolean
}

export interface RuntimeProgram {
  readonly name: string
  readonly path: string
  /** It takes seccomp policies that are compiled already (crun's `run.oci.seccomp_bpf_data`). */
  readonly takesSeccompPrograms: boolean
}

export interface StartedTask {
  readonly pid: number
  /** Clock ticks since boot; with the pid it names one process for ever. */
  readonly startTime: number
  readonly startedAt: UnixNanos
}

export interface TaskExit {
  /** 0-255; 128 + signal for a killed process. */
  readonly code: number
  readonly oomKilled: boolean
  readonly exitedAt: UnixNanos
  /** Set where the code is not the process's own: nobody was there to see it end. */
  readonly error?: string
}

export interface AttachRequest {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
}

/** Both directions of an attachment: output comes framed (stdcopy) unless the task has a terminal. */
export interface AttachStream {
  readonly output: Readable
  /** Ending it is the end of this client's input. */
  readonly input: Writable
  destroy(): void
}

export type KnownTask =
  | { readonly id: string; readonly state: 'prepared' }
  | { readonly id: string; readonly state: 'running'; readonly task: StartedTask }
  | { readonly id: string; readonly state: 'exited'; readonly task: StartedTask; readonly exit: TaskExit }
