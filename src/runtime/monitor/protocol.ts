/**
 * What daemon and monitor say to each other over `monitor.sock`: one JSON object a line. A connection begins with a
 * `hello`; its answer tells the monitor's version. A control connection then carries numbered requests, their answers
 * and events. An attach connection carries one `attach`, its answer, and from then on the streams themselves: output
 * (framed unless the task has a terminal) one way, input the other, half-closed at the end of input.
 *
 * Both ends come from one package, but a daemon may be newer than the monitor that it finds: a field is only ever
 * added, and PROTOCOL_VERSION changes when an old monitor cannot do what is asked. `hello` tells each end which
 * versions the other speaks (handshake.ts); they go on with what both know.
 */
import type { TerminalSize } from '#linux'
import type { AttachRequest, RuntimeProgram, TaskIo } from '../task.ts'

export const PROTOCOL_VERSION = 2

/** The oldest version of the other end that this package still works with. */
export const OLDEST_VERSION = 1

/** The version that brought each request: a monitor of an earlier one is not asked. */
export const REQUEST_SINCE: Readonly<Record<MonitorRequest['op'], number>> = {
  hello: 1,
  start: 1,
  exec: 2,
  attach: 1,
  resize: 1,
  list: 1,
  remove: 1,
  settle: 1,
  shutdown: 1,
}

export type MonitorRequest =
  | { readonly op: 'hello'; readonly version?: number; readonly oldest?: number }
  | {
      readonly op: 'start'
      readonly id: string
      readonly io: TaskIo
      readonly runtime: RuntimeProgram
      readonly cgroup: string
    }
  /** Starts another process in a running container; its settings are in its folder. Versions since 2. */
  | {
      readonly op: 'exec'
      readonly id: string
      readonly container: string
      readonly io: TaskIo
      readonly runtime: RuntimeProgram
    }
  /**
   * `io` prepares the streams of a task that does not run, and with `container` (since version 2) those of an exec;
   * without it there must be one.
   */
  | {
      readonly op: 'attach'
      readonly id: string
      readonly request: AttachRequest
      readonly io?: TaskIo
      readonly container?: string
    }
  | { readonly op: 'resize'; readonly id: string; readonly size: TerminalSize }
  | { readonly op: 'list' }
  | { readonly op: 'remove'; readonly id: string; readonly container?: string }
  /** Answered once nothing of an earlier task with this id is being taken away any more. */
  | { readonly op: 'settle'; readonly id: string }
  | { readonly op: 'shutdown' }

/** Times travel as decimal strings: JSON has no integers of 64 bits. */
export interface WireStarted {
  readonly pid: number
  readonly startTime: number
  readonly startedAt: string
}

export interface WireExit {
  readonly code: number
  readonly oomKilled: boolean
  readonly exitedAt: string
  readonly error?: string
}

export interface WireTask {
  readonly id: string
  readonly started?: WireStarted
  readonly exit?: WireExit
}

/** A process beside the first one of a container. */
export interface WireExec extends WireTask {
  readonly container: string
}

/** A refusal. `runtime` carries the OCI runtime's own words, for the daemon to read the meaning from. */
export interface WireError {
  readonly reason: 'runtime' | 'not-found' | 'conflict' | 'system'
  readonly message: string
}

export type MonitorAnswer =
  | { readonly seq: number; readonly ok: MonitorResult }
  | { readonly seq: number; readonly error: WireError }

export interface MonitorResult {
  readonly version?: number
  /** The oldest daemon that this monitor works with; its own version where it does not say. */
  readonly oldest?: number
  readonly pid?: number
  readonly started?: WireStarted
  readonly tasks?: readonly WireTask[]
  /** Apart from tasks: a daemon that knows no execs must not take them for containers. */
  readonly execs?: readonly WireExec[]
}

export type MonitorEvent = { readonly event: 'exit'; readonly id: string; readonly exit: WireExit }

export type MonitorMessage = MonitorAnswer | MonitorEvent

const LINE_MAX_BYTES = 4 * 1024 * 1024

/** Splits a byte stream into lines of JSON. Bytes after the first line can be taken back for a raw stream. */
export class JsonLineReader {
  #rest: Buffer = Buffer.alloc(0)

  push(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    if (this.#rest.length > LINE_MAX_BYTES) throw new Error('a line of the monitor protocol is too long')
  }

  /** The next object; undefined until one is whole. */
  next(): unknown {
    const end = this.#rest.indexOf(10)
    if (end < 0) return undefined
    const line = this.#rest.toString('utf8', 0, end)
    this.#rest = this.#rest.subarray(end + 1)
    return JSON.parse(line)
  }

  /** What has come after the lines taken so far. */
  takeRest(): Buffer {
    const rest = this.#rest
    this.#rest = Buffer.alloc(0)
    return rest
  }
}

export function encodeLine(message: object): string {
  return `${JSON.stringify(message)}\n`
}
