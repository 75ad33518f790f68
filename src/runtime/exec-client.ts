import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Conflict, errorCode, SystemError } from '#lib/errors'
import { RootFolder, type TerminalSize } from '#linux'
import type { RuntimeSpec, SpecProcess } from '#oci'
import { openAttachStream } from './attach-stream.ts'
import type { ExecIo, ExecName, ExecRequest, Execs, KnownExec } from './exec.ts'
import type { Exits } from './exits.ts'
import type { WireExec, WireStarted } from './monitor/protocol.ts'
import type { ExecRoot } from './monitor/task-folder.ts'
import { type MonitorConnection, RuntimeWords } from './monitor-connection.ts'
import { everyCapability } from './spec/capabilities.ts'
import { execProcess } from './spec/exec-process.ts'
import { lookUpUser } from './spec/user-lookup.ts'
import { execRefusal } from './start-refused.ts'
import type { AttachRequest, AttachStream, StartedTask, TaskExit, TaskIo } from './task.ts'
import type { TaskHolds } from './task-holds.ts'
import { exitOf, startedOf } from './wire.ts'

/** Execs by way of the monitor; their exits come over the connection of the tasks. */
export class ExecClient implements Execs {
  readonly #root: ExecRoot
  readonly #exits: Exits
  readonly #holds: TaskHolds
  readonly #monitor: () => Promise<MonitorConnection>

  constructor(options: {
    readonly root: ExecRoot
    readonly exits: Exits
    readonly holds: TaskHolds
    readonly monitor: () => Promise<MonitorConnection>
  }) {
    this.#root = options.root
    this.#exits = options.exits
    this.#holds = options.holds
    this.#monitor = options.monitor
  }

  checkUser(container: string, user: string): void {
    using root = new RootFolder(this.#root.task(container).rootfs)
    lookUpUser(root, user)
  }

  describe({ id, container }: ExecName, description: object): void {
    const folder = this.#root.execFolder(container, id)
    try {
      makeFolder(dirname(folder.path))
      makeFolder(folder.path)
      folder.writeDescription(description)
    } catch (error) {
      if (errorCode(error) === 'ENOENT') throw notRunning(container)
      throw error
    }
  }

  async attach({ id, container }: ExecName, request: AttachRequest, io: ExecIo): Promise<AttachStream> {
    const monitor = await this.#monitor()
    monitor.require('exec')
    return await openAttachStream(this.#root.socket, { op: 'attach', id, container, request, io: taskIo(io) })
  }

  async start({ id, container }: ExecName, { io, settings, runtime }: ExecRequest): Promise<StartedTask> {
    const monitor = await this.#monitor()
    const folder = this.#root.execFolder(container, id)
    try {
      writeFileSync(folder.process, JSON.stringify(this.#process(container, settings)), { mode: 0o600 })
      this.#exits.expect(id)
      const { started } = await monitor.request({ op: 'exec', id, container, io: taskIo(io), runtime })
      if (started === undefined) throw new SystemError('the monitor answered without a process')
      this.#hold({ id, container }, started)
      return startedOf(started)
    } catch (error) {
      await this.remove({ id, container })
      if (error instanceof RuntimeWords) throw execRefusal(error.message, settings.args[0] ?? '')
      if (errorCode(error) === 'ENOENT') throw notRunning(container)
      throw error
    }
  }

  async resize({ id }: ExecName, size: TerminalSize): Promise<void> {
    const monitor = await this.#monitor()
    await monitor.request({ op: 'resize', id, size })
  }

  async exited({ id }: ExecName): Promise<TaskExit> {
    const exit = await this.#exits.of(id)
    this.#exits.forget(id)
    return exit
  }

  async remove({ id, container }: ExecName): Promise<void> {
    this.#exits.forget(id)
    this.#holds.release(id)
    const monitor = await this.#monitor()
    await monitor.request({ op: 'remove', id, container })
  }

  async list(): Promise<KnownExec[]> {
    const monitor = await this.#monitor()
    const { execs = [] } = await monitor.request({ op: 'list' })
    for (const exec of execs) this.#learn(exec)
    const wire = new Map(execs.map(exec => [exec.id, exec]))
    return this.#root.taskIds().flatMap(container =>
      this.#root.execIds(container).map(id => ({
        id,
        container,
        description: this.#root.execFolder(container, id).readDescription(),
        ...knownOf(wire.get(id)),
      })),
    )
  }

  #learn(exec: WireExec): void {
    if (exec.started === undefined) return
    if (exec.exit !== undefined) {
      this.#exits.settle(exec.id, this.#holds.completed(exec.id, exitOf(exec.exit)))
      return
    }
    this.#exits.expect(exec.id)
    this.#hold(exec, exec.started)
  }

  /** Until its exit is known, and with it that all of its output is read. */
  #hold({ id, container }: ExecName, started: WireStarted): void {
    this.#holds.hold(id, this.#root.execFolder(container, id), started)
    void this.#exits.of(id).then(() => this.#holds.release(id))
  }

  #process(container: string, settings: ExecRequest['settings']): SpecProcess {
    const task = this.#root.task(container)
    const spec = JSON.parse(readFileSync(task.config, 'utf8')) as RuntimeSpec
    if (spec.process === undefined) throw new SystemError(`the spec of container ${container} names no process`)
    using root = new RootFolder(task.rootfs)
    return execProcess(spec.process, settings, { root, everyCapability: settings.privileged ? everyCapability() : [] })
  }
}

/** What a client has to say is over when it goes; and what it does not read is in no log. */
function taskIo({ terminal, openStdin }: ExecIo): TaskIo {
  return { terminal, openStdin, stdinOnce: true, log: { kind: 'none' } }
}

function knownOf(wire: WireExec | undefined): Pick<KnownExec, 'started' | 'exit'> {
  return {
    started: wire?.started === undefined ? undefined : startedOf(wire.started),
    exit: wire?.exit === undefined ? undefined : exitOf(wire.exit),
  }
}

/** Never the folders above: what they belong to may just be gone. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  }
}

function notRunning(container: string): Conflict {
  return new Conflict(`container ${container} is not running`)
}
