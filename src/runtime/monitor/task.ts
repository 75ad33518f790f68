import { closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { unreachable } from '#lib/errors'
import { nowNanos, type UnixNanos } from '#lib/time'
import {
  type CgroupHost,
  ConsoleSocket,
  createFifo,
  exitCodeOf,
  growPipe,
  oomKills,
  openFifoForLastingWriter,
  openFifoForReading,
  openFifoForWriting,
  Pidfd,
  type ProcessWatcher,
  processStartTime,
  type Reaper,
  removeCgroup,
  resizeTerminal,
  setBlocking,
  type TerminalSize,
  type WaitStatus,
} from '#linux'
import type { LogTarget, RuntimeProgram, TaskIo } from '../task.ts'
import { JsonFileLog } from './json-file-log.ts'
import type { OutputStream } from './json-lines.ts'
import { noLog, type TaskLog } from './log.ts'
import {
  deleteContainer,
  execInContainer,
  type LaunchOptions,
  type RuntimeCall,
  refusedExec,
  refusedExecOf,
  runContainer,
  runtimeLog,
  type SealedRuntimes,
} from './oci-runtime.ts'
import { closeAll, pipeSource, terminalSource } from './output-source.ts'
import type { WireExit, WireStarted, WireTask } from './protocol.ts'
import type { SegmentPool } from './segments.ts'
import { noStdin, type StdinSink, stdinPipe } from './stdin-pipe.ts'
import { Stdio } from './stdio.ts'
import type { TaskFolder, TaskRecord } from './task-folder.ts'

/** Room in a container's output pipe: what it may write while this process is busy or being replaced. */
const PIPE_BYTES = 1024 * 1024

const SIGKILL = 9
/** The code of a container whose command the kernel would not execute, as with runc. */
const EXEC_REFUSED_CODE = 255
/** That of an exec. */
const EXEC_REFUSED_CODE_OF_EXEC = 1

/** What a task uses of the process that it lives in. */
export interface TaskServices {
  readonly reaper: Reaper
  readonly watcher: ProcessWatcher
  readonly cgroups: CgroupHost
  readonly runtimeRoot: string
  readonly runtimes: SealedRuntimes
  /** Pipes of all tasks are read into this memory. */
  readonly readBuffer: Buffer
  /** Memory for output of all tasks on its way to logs and readers. */
  readonly segments: SegmentPool
  readonly warn: (message: string) => void
  readonly onExit: (id: string, exit: WireExit) => void
}

type State = 'prepared' | 'starting' | 'running' | 'exited'

/**
 * One run of one container, or (with `container`) one exec in it, from its streams being prepared to its removal. An
 * exec has no root, no control group and no state of the OCI runtime of its own.
 */
export class Task {
  readonly id: string
  readonly #folder: TaskFolder
  readonly #services: TaskServices
  readonly #stdio: Stdio
  #record: TaskRecord
  #state: State = 'prepared'
  #started: WireStarted | undefined
  #exit: WireExit | undefined
  /** The terminal's master, for resizing. */
  #terminal: number | undefined
  #pendingSize: TerminalSize | undefined
  #starting: Promise<WireStarted> | undefined
  readonly #ended = Promise.withResolvers<void>()
  #sawOutput = false
  #execRefused = false

  constructor(id: string, folder: TaskFolder, io: TaskIo, services: TaskServices, container?: string) {
    this.id = id
    this.#folder = folder
    this.#services = services
    this.#record = { io, ...(container === undefined ? {} : { container }) }
    this.#stdio = new Stdio({
      io,
      log: createLog(io.log, services),
      segments: services.segments,
      spillFolder: io.log.kind === 'json-file' ? dirname(io.log.path) : folder.path,
      onStdinEnd: () => this.#save({ stdinEnded: true }),
      // What a reader of an exec misses is in no log: the command waits for it, as it would in a shell.
      waitsForReaders: container !== undefined,
    })
  }

  get state(): State {
    return this.#state
  }

  get stdio(): Stdio {
    return this.#stdio
  }

  /** Of an exec: the container that it runs in. */
  get container(): string | undefined {
    return this.#record.container
  }

  toWire(): WireTask {
    return {
      id: this.id,
      ...(this.#started === undefined ? {} : { started: this.#started }),
      ...(this.#exit === undefined ? {} : { exit: this.#exit }),
    }
  }

  /** Makes the folder (that of an exec is the daemon's to make) and writes down what a successor has to know. */
  prepare(): void {
    if (this.container === undefined) mkdirSync(this.#folder.path, { recursive: true, mode: 0o700 })
    this.#folder.writeRecord(this.#record)
  }

  /** @throws RuntimeFailed; the task is good for nothing but removal then. */
  start(runtime: RuntimeProgram, cgroup?: string): Promise<WireStarted> {
    this.#state = 'starting'
    this.#save({ runtime, ...(cgroup === undefined ? {} : { cgroup }) })
    this.#starting = this.#start(runtime)
    return this.#starting
  }

  async #start(runtime: RuntimeProgram): Promise<WireStarted> {
    const startedAt = nowNanos()
    const since = this.#services.reaper.mark()
    const pid = this.#record.io.terminal ? await this.#startOnTerminal(runtime) : await this.#startOnPipes(runtime)
    this.#started = { pid, startTime: processStartTime(pid) ?? 0, startedAt: String(startedAt) }
    this.#save({ started: this.#started })
    this.#state = 'running'
    void this.#services.reaper.wait(pid, since).then(status => this.#end(status, nowNanos()))
    return this.#started
  }

  resize(size: TerminalSize): void {
    if (this.#terminal === undefined) this.#pendingSize = size
    else resizeTerminal(this.#terminal, size)
  }

  /** Takes up a task of a monitor that died. False where there is nothing to take up. */
  adopt(record: TaskRecord, exit: WireExit | undefined): boolean {
    this.#record = record
    this.#started = record.started
    if (record.started === undefined) return exit === undefined && record.runtime === undefined
    if (exit !== undefined) {
      this.#exit = exit
      this.#state = 'exited'
      return true
    }
    this.#state = 'running'
    if (!record.io.terminal) this.#reconnectPipes()
    void this.#watchAdopted(record.started)
    return true
  }

  /** Ends what still runs and takes away everything of this task. */
  async remove(): Promise<void> {
    this.#save({ removed: true })
    this.#stdio.release()
    if (this.container !== undefined) await this.#endExec()
    else if (this.#record.runtime !== undefined) {
      await deleteContainer(this.#services.reaper, this.#runtimeCall(this.#record.runtime)).catch(error =>
        this.#services.warn(`removing ${this.id}: ${String(error)}`),
      )
      this.#removeGroup()
    }
    if (this.#state !== 'exited') await this.#stdio.finish()
    this.#closeTerminal()
    await this.#folder.remove()
  }

  /** A runtime that could not set a limit leaves the group that it had made. */
  #removeGroup(): void {
    const { cgroup } = this.#record
    if (this.#state === 'starting' && cgroup !== undefined) removeCgroup(this.#services.cgroups, cgroup)
  }

  /** Kills an exec that runs; what it has started itself ends with the container. */
  async #endExec(): Promise<void> {
    await this.#starting?.catch(() => {})
    if (this.#state !== 'running' || this.#started === undefined) return
    using process = Pidfd.open(this.#started.pid, this.#started.startTime)
    process?.signal(SIGKILL)
    await this.#ended.promise
  }

  #launch(runtime: RuntimeProgram, options: LaunchOptions): Promise<number> {
    const { reaper } = this.#services
    const call = this.#runtimeCall(runtime)
    return this.container === undefined
      ? runContainer(reaper, call, { ...options, bundle: this.#folder.path })
      : execInContainer(reaper, call, { ...options, process: this.#folder.process })
  }

  async #startOnPipes(runtime: RuntimeProgram): Promise<number> {
    const nothing = openSync('/dev/null', 'r+')
    const child = [this.#openStdin(nothing), this.#openOutput('stdout'), this.#openOutput('stderr')] as const
    try {
      const { pidFile } = this.#folder
      const pid = await this.#launch(runtime, { pidFile, consoleSocket: undefined, stdio: child })
      // Not before: a runtime that refuses says so on its stderr too, which is the container's. What the container
      // has written meanwhile is in the pipes, whose other end is still open here.
      this.#stdio.connectSources([this.#readOutput('stdout'), this.#readOutput('stderr')])
      return pid
    } finally {
      closeAll([nothing, ...child])
    }
  }

  async #startOnTerminal(runtime: RuntimeProgram): Promise<number> {
    mkdirSync(dirname(this.#folder.consoleSocket), { recursive: true, mode: 0o700 })
    rmSync(this.#folder.consoleSocket, { force: true })
    using console = new ConsoleSocket(this.#folder.consoleSocket)
    const nothing = openSync('/dev/null', 'r+')
    let pid: number
    try {
      pid = await this.#launch(runtime, {
        pidFile: this.#folder.pidFile,
        consoleSocket: this.#folder.consoleSocket,
        stdio: [nothing, nothing, nothing],
      })
    } finally {
      closeSync(nothing)
      rmSync(this.#folder.consoleSocket, { force: true })
    }
    this.#connectTerminal(console.receiveTerminal())
    return pid
  }

  #connectTerminal(fd: number): void {
    this.#terminal = fd
    if (this.#pendingSize !== undefined) resizeTerminal(fd, this.#pendingSize)
    const source = terminalSource(fd, this.#services.readBuffer, chunk => this.#output('stdout', chunk))
    this.#stdio.connectSources([source])
    const stdin: StdinSink = { write: source.write, onDrain: source.onDrain, end: () => {}, close: () => {} }
    this.#stdio.connectStdin(this.#record.io.openStdin ? stdin : noStdin)
  }

  /** The descriptor that becomes the container's standard input. */
  #openStdin(nothing: number): number {
    if (!this.#record.io.openStdin) return nothing
    const path = this.#folder.stream('stdin')
    rmSync(path, { force: true })
    createFifo(path, 0o600)
    const reading = openFifoForReading(path)
    this.#stdio.connectStdin(stdinPipe(openFifoForWriting(path)))
    setBlocking(reading)
    return reading
  }

  #openOutput(name: 'stdout' | 'stderr'): number {
    rmSync(this.#folder.stream(name), { force: true })
    createFifo(this.#folder.stream(name), 0o600)
    const fd = openFifoForLastingWriter(this.#folder.stream(name))
    growPipe(fd, PIPE_BYTES)
    return fd
  }

  #readOutput(name: 'stdout' | 'stderr') {
    const fd = openFifoForReading(this.#folder.stream(name))
    return pipeSource(fd, this.#services.readBuffer, chunk => this.#output(name, chunk))
  }

  #reconnectPipes(): void {
    this.#stdio.connectSources([this.#readOutput('stdout'), this.#readOutput('stderr')])
    if (!this.#record.io.openStdin || this.#record.stdinEnded === true) return
    try {
      this.#stdio.connectStdin(stdinPipe(openFifoForWriting(this.#folder.stream('stdin'))))
    } catch {
      // ENXIO: the container has closed its input.
    }
  }

  async #watchAdopted(started: WireStarted): Promise<void> {
    using process = Pidfd.open(started.pid, started.startTime)
    if (process !== undefined) await this.#services.watcher.ended(process)
    await this.#end(process?.exitStatus(), nowNanos())
  }

  /** The first process has ended: everything it wrote is kept before anyone hears of it. */
  async #end(status: WaitStatus | undefined, at: UnixNanos): Promise<void> {
    await this.#stdio.finish()
    const exit = this.#exitOf(status, at)
    this.#exit = exit
    this.#state = 'exited'
    try {
      this.#folder.writeExit(exit)
    } catch (error) {
      this.#services.warn(`recording the exit of ${this.id}: ${String(error)}`)
    }
    this.#closeTerminal()
    if (this.container !== undefined) {
      this.#folder.removeStreams()
      rmSync(runtimeLog(this.#folder.path), { force: true })
    }
    this.#services.onExit(this.id, exit)
    this.#ended.resolve()
  }

  #exitOf(status: WaitStatus | undefined, at: UnixNanos): WireExit {
    const kills = this.#record.cgroup === undefined ? undefined : oomKills(this.#services.cgroups, this.#record.cgroup)
    const killed = status?.kind === 'signaled' && status.signal === SIGKILL
    const exit = { code: 255, oomKilled: killed && (kills ?? 0) > 0, exitedAt: String(at) }
    if (status === undefined)
      return { ...exit, error: 'the monitor was gone when the container ended: exit code unknown' }
    if (!this.#execRefused) return { ...exit, code: exitCodeOf(status) }
    return { ...exit, code: this.container === undefined ? EXEC_REFUSED_CODE : EXEC_REFUSED_CODE_OF_EXEC }
  }

  /** The runtime's complaint that the kernel refused the command, if it is the first thing to come, reads as Docker's. */
  #output(stream: OutputStream, chunk: Buffer): void {
    const words = this.#sawOutput ? undefined : this.#refusal(chunk)
    this.#sawOutput = true
    if (words !== undefined) this.#execRefused = true
    this.#stdio.output(stream, words === undefined ? chunk : Buffer.from(words))
  }

  #refusal(chunk: Buffer): string | undefined {
    if (this.container === undefined) return refusedExec(chunk)
    return refusedExecOf(chunk, runtimeLog(this.#folder.path), this.#folder.execCommand())
  }

  #closeTerminal(): void {
    this.#terminal = undefined
  }

  #runtimeCall(program: RuntimeProgram): RuntimeCall {
    const sealed = this.#services.runtimes.of(program)
    return {
      program,
      sealed,
      root: this.#services.runtimeRoot,
      id: this.container ?? this.id,
      log: runtimeLog(this.#folder.path),
    }
  }

  #save(change: Partial<TaskRecord>): void {
    this.#record = { ...this.#record, ...change }
    if (existsSync(this.#folder.path)) this.#folder.writeRecord(this.#record)
  }
}

function createLog(target: LogTarget, { segments, warn }: TaskServices): TaskLog {
  switch (target.kind) {
    case 'none':
      return noLog
    case 'json-file':
      return new JsonFileLog({ ...target, segments, warn })
    default:
      return unreachable(target)
  }
}
