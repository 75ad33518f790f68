import { readdirSync, rmSync } from 'node:fs'
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
    for (const id of readdirSync(this.#root.tasks)) this.#takeUp(id)
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
      case 'resize':
        this.#task(request.id).resize(request.size)
        return {}
      case 'list':
        await Promise.allSettled(this.#starting)
        return { tasks: [...[...this.#tasks.values()].map(task => task.toWire()), ...this.#strayFolders()] }
      case 'remove':
        void this.#remove(request.id)
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

  async #start(request: MonitorRequest & { op: 'start' }): Promise<WireStarted> {
    const task = await this.#prepared(request.id, request.io)
    if (task.state !== 'prepared') throw new Refused('conflict', `task ${request.id} is ${task.state}`)
    const starting = task.start(request.runtime, request.cgroup)
    this.#starting.add(starting)
    try {
      return await starting
    } finally {
      this.#starting.delete(starting)
    }
  }

  async #attach(socket: Socket, request: Numbered & { op: 'attach' }, head: Buffer): Promise<void> {
    const { seq, id, io } = request
    const task = io === undefined ? this.#tasks.get(id) : await this.#prepared(id, io)
    if (task === undefined) {
      socket.end(encodeLine({ seq, error: wireError(new Refused('not-found', `no such task: ${id}`)) }))
      return
    }
    socket.write(encodeLine({ seq, ok: {} }))
    if (task.state === 'exited') socket.end()
    else task.stdio.attach(socket, request.request, head)
    // Streams that were made for a client that went before anything started are not kept.
    socket.once('close', () => {
      if (task.state === 'prepared' && task.stdio.clientCount === 0 && this.#tasks.get(id) === task)
        void this.#remove(id)
    })
  }

  /** Forgets a task at once and takes away what it leaves in the background. */
  #remove(id: string): Promise<void> {
    const task = this.#tasks.get(id)
    const pending = this.#leaving.get(id)
    if (task === undefined && pending !== undefined) return pending
    this.#tasks.delete(id)
    const removal = this.#takeAway(id, task).catch(error => this.#services.warn(`removing ${id}: ${errorText(error)}`))
    this.#leaving.set(id, removal)
    return removal.then(() => {
      if (this.#leaving.get(id) === removal) this.#leaving.delete(id)
    })
  }

  /** A daemon that died before it asked for the start leaves a folder with a mount, of which no task knows. */
  async #takeAway(id: string, task: Task | undefined): Promise<void> {
    if (task === undefined) await this.#root.task(id).remove()
    else await task.remove()
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
