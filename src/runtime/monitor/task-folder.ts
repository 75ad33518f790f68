import { existsSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { shortId } from '#lib/ids'
import { unmountAll } from '#linux'
import type { RuntimeProgram, TaskIo } from '../task.ts'
import type { WireExit, WireStarted } from './protocol.ts'

/** What the monitor must know of a task to take it up again after its own death. */
export interface TaskRecord {
  readonly io: TaskIo
  readonly runtime?: RuntimeProgram
  readonly cgroup?: string
  /** Of a process that was started in another task's container: that container. */
  readonly container?: string
  readonly started?: WireStarted
  readonly stdinEnded?: boolean
  /** The daemon wants nothing more of it: finish the removal. */
  readonly removed?: boolean
}

/**
 * The folders under the exec root, all on tmpfs: what is in them is true for this boot, and a full disk cannot keep
 * an exit code from being recorded (SAFETY R20, R22).
 */
export class ExecRoot {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  get socket(): string {
    return join(this.path, 'monitor.sock')
  }

  get lock(): string {
    return join(this.path, 'monitor.lock')
  }

  /** The OCI runtime's own state. */
  get runtimeRoot(): string {
    return join(this.path, 'runtime')
  }

  /** Empty but for those who put a view of a container's files together on it, each alone. */
  get view(): string {
    return join(this.path, 'view')
  }

  get tasks(): string {
    return join(this.path, 'tasks')
  }

  task(id: string): TaskFolder {
    return new TaskFolder(join(this.tasks, id), join(this.path, 'tty', shortId(id)))
  }

  taskIds(): string[] {
    return readdirSync(this.tasks)
  }

  /** Below that of its container's task, with which it goes. */
  execFolder(container: string, id: string): TaskFolder {
    return new TaskFolder(join(this.#execs(container), id), join(this.path, 'tty', shortId(id)))
  }

  execIds(container: string): string[] {
    return existsSync(this.#execs(container)) ? readdirSync(this.#execs(container)) : []
  }

  #execs(container: string): string {
    return join(this.task(container).path, 'execs')
  }
}

export class TaskFolder {
  readonly path: string
  /** Short, because the address of a socket has room for 107 bytes. */
  readonly consoleSocket: string

  constructor(path: string, consoleSocket: string) {
    this.path = path
    this.consoleSocket = consoleSocket
  }

  get rootfs(): string {
    return join(this.path, 'rootfs')
  }

  get config(): string {
    return join(this.path, 'config.json')
  }

  /** What an exec runs, as the OCI runtime reads it. */
  get process(): string {
    return join(this.path, 'process.json')
  }

  get pidFile(): string {
    return join(this.path, 'pid')
  }

  stream(name: 'stdin' | 'stdout' | 'stderr'): string {
    return join(this.path, name)
  }

  writeRecord(record: TaskRecord): void {
    this.#write('task.json', record)
  }

  readRecord(): TaskRecord | undefined {
    return this.#read('task.json') as TaskRecord | undefined
  }

  writeExit(exit: WireExit): void {
    this.#write('exit.json', exit)
  }

  readExit(): WireExit | undefined {
    return this.#read('exit.json') as WireExit | undefined
  }

  /** What the daemon wants to know of an exec when it comes back. */
  writeDescription(description: object): void {
    this.#write('description.json', description)
  }

  readDescription(): unknown {
    return this.#read('description.json')
  }

  /** What an exec runs, for messages. */
  execCommand(): string {
    const process = this.#read('process.json') as { readonly args?: readonly string[] } | undefined
    return process?.args?.[0] ?? ''
  }

  /** Of an exec that has ended only its records are kept: there may be many. */
  removeStreams(): void {
    const names = ['stdin', 'stdout', 'stderr'] as const
    for (const path of [...names.map(name => this.stream(name)), this.process, this.pidFile])
      rmSync(path, { force: true })
  }

  /**
   * Takes the root off and removes the folder. The root's own folder goes first and only when empty: were it still
   * mounted, removing files below it would remove the container's.
   */
  async remove(): Promise<void> {
    await unmountAll(this.rootfs)
    if (existsSync(this.rootfs)) rmdirSync(this.rootfs)
    rmSync(this.path, { recursive: true, force: true })
    rmSync(this.consoleSocket, { force: true })
  }

  /** Whole or not at all; on tmpfs there is nothing to flush. */
  #write(name: string, value: object): void {
    const path = join(this.path, name)
    writeFileSync(`${path}.new`, JSON.stringify(value), { mode: 0o600 })
    renameSync(`${path}.new`, path)
  }

  #read(name: string): unknown {
    try {
      return JSON.parse(readFileSync(join(this.path, name), 'utf8'))
    } catch {
      return undefined
    }
  }
}
