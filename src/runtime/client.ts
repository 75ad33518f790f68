import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { errorCode, errorText, SystemError, Unavailable } from '#lib/errors'
import type { Logger } from '#lib/log'
import { nowNanos } from '#lib/time'
import { UndoStack } from '#lib/undo'
import { assembleView, MountView, mountAt, Pidfd, runTool, type TerminalSize } from '#linux'
import { encodeRuntimeSpec } from '#oci'
import { openAttachStream } from './attach-stream.ts'
import type { Execs } from './exec.ts'
import { ExecClient } from './exec-client.ts'
import { Exits } from './exits.ts'
import { greet } from './handshake.ts'
import type { MonitorEvent, WireStarted, WireTask } from './monitor/protocol.ts'
import { ExecRoot } from './monitor/task-folder.ts'
import { MonitorConnection, RuntimeWords } from './monitor-connection.ts'
import { SharedMemories } from './shared-memories.ts'
import { resolveLimits, resolveSettings } from './spec/resolve.ts'
import { SeccompSource } from './spec/seccomp-source.ts'
import type { LimitSettings } from './spec/settings.ts'
import { createSpec, limitResources } from './spec/spec.ts'
import { startRefusal } from './start-refused.ts'
import type {
  AttachRequest,
  AttachStream,
  KnownTask,
  RootRequest,
  Runtime,
  RuntimeProgram,
  StartedTask,
  StartRequest,
  TaskExit,
  TaskIo,
} from './task.ts'
import { TaskHolds } from './task-holds.ts'
import { viewMounts } from './view-mounts.ts'
import { exitOf, startedOf } from './wire.ts'

export interface RuntimeOptions {
  readonly execRoot: string
  readonly log: Logger
  /** As `uname -m` prints it. */
  readonly machine: string
  /** Starts a monitor for the exec root and resolves when it listens. */
  readonly startMonitor: () => Promise<void>
}

/** Connects to the monitor of the exec root, which is started when there is none. */
export async function openRuntime(options: RuntimeOptions): Promise<Runtime> {
  const runtime = new MonitorClient(options)
  await runtime.connect()
  return runtime
}

/** Starting a monitor takes a tenth of a second; one that fails this often will not come. */
const START_ATTEMPTS_MAX = 10

/** As many processes as a host can have (PID_MAX_LIMIT): no limit. */
const PIDS_ALL = 2 ** 22
/** Writing to files of the kernel's takes a runtime milliseconds. */
const UPDATE_TIMEOUT_MS = 30_000

class MonitorClient implements Runtime {
  readonly #root: ExecRoot
  readonly #options: RuntimeOptions
  readonly #seccomp: SeccompSource
  readonly #memories: SharedMemories
  readonly #processors = cpus().length
  readonly execs: Execs
  readonly #exits = new Exits()
  readonly #holds = new TaskHolds()
  #connection: MonitorConnection | undefined
  #connecting: Promise<MonitorConnection> | undefined
  #isClosed = false

  constructor(options: RuntimeOptions) {
    this.#options = options
    this.#root = new ExecRoot(options.execRoot)
    this.#seccomp = new SeccompSource(options)
    this.#memories = new SharedMemories(options.execRoot)
    this.execs = new ExecClient({
      root: this.#root,
      exits: this.#exits,
      holds: this.#holds,
      monitor: () => this.#monitor(),
    })
  }

  async connect(): Promise<void> {
    await this.#monitor()
  }

  async start(id: string, request: StartRequest): Promise<StartedTask> {
    const folder = this.#root.task(id)
    const monitor = await this.#monitor()
    // The folder of this container's last run may be on its way out, and would take the new root and spec with it.
    if (existsSync(folder.path)) await monitor.request({ op: 'settle', id })
    await using undo = new UndoStack()
    undo.defer(() => this.remove(id))
    mkdirSync(folder.rootfs, { recursive: true, mode: 0o700 })
    for (const mount of request.rootfs) mountAt(folder.rootfs, mount)
    const { io, runtime, cgroup, settings } = request
    const sharedMemory = this.#memories.provide(id, settings)
    const host = { processors: this.#processors, seccomp: this.#seccomp, runtime }
    const facts = { rootfs: folder.rootfs, cgroup, sharedMemory, ...host }
    const spec = createSpec(resolveSettings(settings, facts))
    writeFileSync(folder.config, encodeRuntimeSpec(spec), { mode: 0o600 })
    this.#exits.expect(id)
    try {
      const { started } = await monitor.request({ op: 'start', id, io, runtime, cgroup })
      if (started === undefined) throw new SystemError('the monitor answered without a process')
      this.#hold(id, started)
      undo.keep()
      return startedOf(started)
    } catch (error) {
      if (error instanceof RuntimeWords) throw startRefusal(error.message, settings.args[0] ?? '')
      throw error
    }
  }

  async attach(id: string, request: AttachRequest, io?: TaskIo): Promise<AttachStream> {
    await this.#monitor()
    const target = io === undefined ? { id } : { id, io }
    return await openAttachStream(this.#root.socket, { op: 'attach', request, ...target })
  }

  async resize(id: string, size: TerminalSize): Promise<void> {
    const monitor = await this.#monitor()
    await monitor.request({ op: 'resize', id, size })
  }

  async update(id: string, program: RuntimeProgram, limits: LimitSettings): Promise<void> {
    const path = join(this.#root.task(id).path, 'resources.json')
    const { pids, ...rest } = limitResources(resolveLimits(limits))
    // Left out, a limit would stay as it is; and crun writes -1 to the kernel, which takes `max` alone.
    writeFileSync(path, JSON.stringify({ ...rest, pids: pids ?? { limit: PIDS_ALL } }), { mode: 0o600 })
    const args = ['--root', this.#root.runtimeRoot, 'update', '--resources', path, id]
    await runTool(program.path, args, { timeout: UPDATE_TIMEOUT_MS })
  }

  async tasks(): Promise<KnownTask[]> {
    const monitor = await this.#monitor()
    const { tasks = [] } = await monitor.request({ op: 'list' })
    for (const task of tasks) this.#learn(task)
    return tasks.map(knownTask)
  }

  async remove(id: string): Promise<void> {
    this.#exits.forget(id)
    this.#holds.release(id)
    const monitor = await this.#monitor()
    await monitor.request({ op: 'remove', id })
    this.#memories.remove(id)
  }

  signal(task: { readonly pid: number; readonly startTime: number }, signal: number): boolean {
    using handle = Pidfd.open(task.pid, task.startTime)
    return handle?.signal(signal) ?? false
  }

  viewOf({ pid, startTime }: { readonly pid: number; readonly startTime: number }): MountView | undefined {
    return MountView.ofProcess(pid, startTime)
  }

  assembleView({ mounts, binds, ...request }: RootRequest): MountView {
    return assembleView({ ...request, folder: this.#root.view, mounts: viewMounts(mounts, binds) })
  }

  exited(id: string): Promise<TaskExit> {
    return this.#exits.of(id)
  }

  async shutdown(): Promise<void> {
    const monitor = await this.#monitor()
    this.#isClosed = true
    await monitor.request({ op: 'shutdown' })
    await monitor.closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    this.#holds[Symbol.dispose]()
    this.#connection?.close()
    await this.#connection?.closed
  }

  #monitor(): Promise<MonitorConnection> {
    if (this.#connection !== undefined) return Promise.resolve(this.#connection)
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = undefined
    })
    return this.#connecting
  }

  /**
   * Joins the monitor that listens, or starts one. A monitor that is just dying may still take a connection, or hold
   * the lock against its successor, so that both are tried again.
   */
  async #open(): Promise<MonitorConnection> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#join()
      } catch (error) {
        const isAbsent = errorCode(error) === 'ENOENT' || errorCode(error) === 'ECONNREFUSED'
        if (!isAbsent && !(error instanceof Unavailable)) throw error
        if (attempt === START_ATTEMPTS_MAX) throw error
      }
      try {
        await this.#options.startMonitor()
      } catch (error) {
        if (attempt === START_ATTEMPTS_MAX - 1) throw error
      }
    }
  }

  async #join(): Promise<MonitorConnection> {
    const onEvent = (event: MonitorEvent) => this.#settle(event.id, exitOf(event.exit))
    const connection = await MonitorConnection.open(this.#root.socket, onEvent)
    try {
      const isIdle = () => this.#root.taskIds().length === 0
      await greet(connection, { monitorOf: this.#root.path, isIdle, log: this.#options.log })
    } catch (error) {
      connection.close()
      throw error
    }
    this.#connection = connection
    void connection.closed.then(() => this.#lost())
    return connection
  }

  /** The monitor died: another takes up its tasks, and the exits that happened meanwhile are learnt from it. */
  #lost(): void {
    this.#connection = undefined
    if (this.#isClosed) return
    this.#options.log.warn('the monitor went away, starting another')
    this.#relearn().catch(error => this.#options.log.error(`cannot start a monitor: ${errorText(error)}`))
  }

  async #relearn(): Promise<void> {
    // What is started while the monitor is being asked is no loss: it belongs to the monitor that answers.
    const expected = this.#exits.ids()
    const known = [...(await this.tasks()), ...(await this.execs.list())]
    const ids = new Set(known.map(({ id }) => id))
    // What ended and is known settled its exit by being learnt.
    for (const id of expected) if (!ids.has(id)) this.#settle(id, lostExit())
  }

  #learn(task: WireTask): void {
    if (task.started === undefined) return
    this.#exits.expect(task.id)
    if (task.exit !== undefined) this.#settle(task.id, exitOf(task.exit))
    else this.#hold(task.id, task.started)
  }

  #settle(id: string, exit: TaskExit): void {
    this.#exits.settle(id, this.#holds.completed(id, exit))
  }

  /** Until its exit is known, and with it that all of its output is read. */
  #hold(id: string, started: WireStarted): void {
    this.#holds.hold(id, this.#root.task(id), started)
    void this.#exits.of(id).then(() => this.#holds.release(id))
  }
}

function lostExit(): TaskExit {
  return { code: 255, oomKilled: false, exitedAt: nowNanos(), error: 'monitor lost: exit code unknown' }
}

function knownTask(task: WireTask): KnownTask {
  if (task.started === undefined) return { id: task.id, state: 'prepared' }
  const started = startedOf(task.started)
  if (task.exit === undefined) return { id: task.id, state: 'running', task: started }
  return { id: task.id, state: 'exited', task: started, exit: exitOf(task.exit) }
}
