import { rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { errorText, unreachable } from '#lib/errors'
import type { TaskIo } from '../task.ts'
import { RuntimeFailed } from './oci-runtime.ts'
import {
  encodeLine,
  JsonLineReader,
  type MonitorEvent,
  type MonitorRequest,
  type MonitorResult,
  OLDEST_VERSION,
  PROTOCOL_VERSION,
  type WireError,
  type WireExec,
  type WireStarted,
  type WireTask,
} from './protocol.ts'
import { Task, type TaskServices } from './task.ts'
import type { ExecRoot } from './task-folder.ts'

/** A request that cannot be met. */
class Refused extends Error {
  readonly reason: WireError['reason']

  constructor(reason: WireError['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

type Numbered = MonitorRequest & { readonly seq: number }

/** Keeps the tasks and answers the daemon. */
export class MonitorServer {
  readonly #root: ExecRoot
  readonly #services: TaskServices
  readonly #tasks = new Map<string, Task>()
  /** Removals under way: a task of the same id waits for them. */
  readonly #leaving = new Map<string, Promise<void>>()
  readonly #starting = new Set<Promise<WireStarted>>()
  readonly #controls = new Set<Socket>()
  readonly #server: Server
  readonly #onShutdown: () => void

  constructor(root: ExecRoot, services: Omit<TaskServices, 'onExit'>, onShutdown: () => void) {
    this.#root = root
    this.#services = { ...services, onExit: (id, exit) => this.#broadcast({ event: 'exit', id, exit }) }
    this.#onShutdown = onShutdown
    this.#server = createServer({ allowHalfOpen: true }, socket => this.#accept(socket))
  }

  /** Takes up what a monitor before this one left behind, then listens. */
  async start(): Promise<void> {
    for (const id of this.#root.taskIds()) {
      for (const exec of this.#root.execIds(id)) this.#takeUpExec(id, exec)
      this.#takeUp(id)
    }
    rmSync(this.#root.socket, { force: true })
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(this.#root.socket, resolve)
    })
  }

  /** Answers what is asked already and lets this process end. */
  stop(): void {
    this.#server.close()
    for (const socket of this.#controls) socket.end()
  }

  #takeUp(id: string): void {
    const folder = this.#root.task(id)
    const record = folder.readRecord()
    const io: TaskIo = record?.io ?? { terminal: false, openStdin: false, stdinOnce: false, log: { kind: 'none' } }
    const task = new Task(id, folder, io, this.#services)
    this.#tasks.set(id, task)
    const isWhole = record !== undefined && record.removed !== true && task.adopt(record, folder.readExit())
    if (!isWhole) void this.#remove(id)
  }

  /** One that was never started is known to the daemon alone. */
  #takeUpExec(container: string, id: string): void {
    const folder = this.#root.execFolder(container, id)
    const record = folder.readRecord()
    if (record === undefined) return
    const task = new Task(id, folder, record.io, this.#services, container)
    this.#tasks.set(id, task)
    if (record.removed === true || !task.adopt(record, folder.readExit())) void this.#remove(id)
  }

  #accept(socket: Socket): void {
    const reader = new JsonLineReader()
    socket.on('error', () => {})
    socket.once('close', () => this.#controls.delete(socket))
    const onEnd = () => socket.end()
    const onData = (chunk: Buffer) => {
      try {
        reader.push(chunk)
        for (let line = reader.next(); line !== undefined; line = reader.next()) {
          const request = line as Numbered
          if (request.op === 'attach') {
            socket.off('data', onData)
            socket.off('end', onEnd)
            socket.pause()
            void this.#attach(socket, request, reader.takeRest())
            return
          }
          this.#controls.add(socket)
          void this.#answer(socket, request)
        }
      } catch {
        socket.destroy() // Not our protocol.
      }
    }
    socket.on('data', onData)
    socket.once('end', onEnd)
  }

  async #answer(socket: Socket, request: Numbered): Promise<void> {
    const { seq } = request
    try {
      socket.write(encodeLine({ seq, ok: await this.#perform(request) }))
    } catch (error) {
      socket.write(encodeLine({ seq, error: wireError(error) }))
    }
  }

  async #perform(request: MonitorRequest): Promise<MonitorResult> {
    switch (request.op) {
      case 'hello':
        return { version: PROTOCOL_VERSION, oldest: OLDEST_VERSION, pid: process.pid }
      case 'start':
        return { started: await this.#start(request) }
      case 'exec':
        return { started: await this.#startExec(request) }
      case 'resize':
        this.#task(request.id).resize(request.size)
        return {}
      case 'list':
        await Promise.allSettled(this.#starting)
        return { tasks: [...this.#containerTasks(), ...this.#strayFolders()], execs: this.#execs() }
      case 'remove':
        void this.#remove(request.id, request.container)
        return {}
      case 'settle':
        await this.#leaving.get(request.id)
        return {}
      case 'shutdown':
        await Promise.all(this.#leaving.values())
        setImmediate(this.#onShutdown)
        return {}
      case 'attach':
        throw new Refused('system', 'attach is not for a control connection')
      default:
        return unreachable(request)
    }
  }

  /** The task `id`, with its streams made if it is not there. */
  async #prepared(id: string, io: TaskIo): Promise<Task> {
    await this.#leaving.get(id)
    const present = this.#tasks.get(id)
    if (present !== undefined) return present
    const task = new Task(id, this.#root.task(id), io, this.#services)
    this.#tasks.set(id, task)
    task.prepare()
    return task
  }

  /** The same of an exec, whose folder is there as long as its container's. */
  #preparedExec(id: string, container: string, io: TaskIo): Task {
    const present = this.#tasks.get(id)
    if (present !== undefined) return present
    if (this.#tasks.get(container)?.state !== 'running')
      throw new Refused('conflict', `container ${container} is not running`)
    const task = new Task(id, this.#root.execFolder(container, id), io, this.#services, container)
    task.prepare()
    this.#tasks.set(id, task)
    return task
  }

  async #start(request: MonitorRequest & { op: 'start' }): Promise<WireStarted> {
    const task = await this.#prepared(request.id, request.io)
    if (task.state !== 'prepared') throw new Refused('conflict', `task ${request.id} is ${task.state}`)
    return await this.#track(task.start(request.runtime, request.cgroup))
  }

  async #startExec(request: MonitorRequest & { op: 'exec' }): Promise<WireStarted> {
    const task = this.#preparedExec(request.id, request.container, request.io)
    if (task.state !== 'prepared') throw new Refused('conflict', `exec ${request.id} is ${task.state}`)
    return await this.#track(task.start(request.runtime))
  }

  async #track(starting: Promise<WireStarted>): Promise<WireStarted> {
    this.#starting.add(starting)
    try {
      return await starting
    } finally {
      this.#starting.delete(starting)
    }
  }

  async #attach(socket: Socket, request: Numbered & { op: 'attach' }, head: Buffer): Promise<void> {
    const { seq, id } = request
    let task: Task
    try {
      task = await this.#attachable(request)
    } catch (error) {
      socket.end(encodeLine({ seq, error: wireError(error) }))
      return
    }
    socket.write(encodeLine({ seq, ok: {} }))
    if (task.state === 'exited') socket.end()
    else task.stdio.attach(socket, request.request, head)
    // Streams that were made for a client that went before anything started are not kept.
    socket.once('close', () => {
      const isIdle = task.state === 'prepared' && task.container === undefined && task.stdio.clientCount === 0
      if (isIdle && this.#tasks.get(id) === task) void this.#remove(id)
    })
  }

  async #attachable({ id, io, container }: MonitorRequest & { op: 'attach' }): Promise<Task> {
    if (io === undefined) return this.#task(id)
    return container === undefined ? await this.#prepared(id, io) : this.#preparedExec(id, container, io)
  }

  /** Forgets a task at once and takes away what it leaves in the background. */
  #remove(id: string, container?: string): Promise<void> {
    const task = this.#tasks.get(id)
    const pending = this.#leaving.get(id)
    if (task === undefined && pending !== undefined) return pending
    this.#tasks.delete(id)
    const removal = this.#takeAway(id, task, container).catch(error =>
      this.#services.warn(`removing ${id}: ${errorText(error)}`),
    )
    this.#leaving.set(id, removal)
    return removal.then(() => {
      if (this.#leaving.get(id) === removal) this.#leaving.delete(id)
    })
  }

  /** A daemon that died before it asked for the start leaves a folder with a mount, of which no task knows. */
  async #takeAway(id: string, task: Task | undefined, container: string | undefined): Promise<void> {
    await Promise.all(this.#execsOf(id).map(exec => this.#remove(exec)))
    if (task !== undefined) await task.remove()
    else if (container === undefined) await this.#root.task(id).remove()
    else await this.#root.execFolder(container, id).remove()
  }

  #execsOf(container: string): string[] {
    return [...this.#tasks.values()].filter(task => task.container === container).map(task => task.id)
  }

  #containerTasks(): WireTask[] {
    return [...this.#tasks.values()].filter(task => task.container === undefined).map(task => task.toWire())
  }

  #execs(): WireExec[] {
    return [...this.#tasks.values()].flatMap(task =>
      task.container === undefined ? [] : [{ ...task.toWire(), container: task.container }],
    )
  }

  #strayFolders(): WireTask[] {
    return this.#root
      .taskIds()
      .filter(id => !this.#tasks.has(id) && !this.#leaving.has(id))
      .map(id => ({ id }))
  }

  #task(id: string): Task {
    const task = this.#tasks.get(id)
    if (task === undefined) throw new Refused('not-found', `no such task: ${id}`)
    return task
  }

  #broadcast(event: MonitorEvent): void {
    const line = encodeLine(event)
    for (const socket of this.#controls) socket.write(line)
  }
}

function wireError(error: unknown): WireError {
  if (error instanceof Refused) return { reason: error.reason, message: error.message }
  return { reason: error instanceof RuntimeFailed ? 'runtime' : 'system', message: errorText(error) }
}
