import { constants } from 'node:os'
import { Conflict, SystemError } from '#lib/errors'
import { type AttachStream, ExecRefused } from '#runtime'
import type { ContainerRecord } from '../container/record.ts'
import type { EngineDeps } from '../deps.ts'
import { commandLine, requireRunning } from './create.ts'
import { superviseExec } from './end.ts'
import { publishExec } from './event.ts'
import type { Exec, ExecRecord } from './record.ts'

export interface ExecStartOptions {
  /** Its streams are the client's, as far as it was created with them; otherwise nobody's. */
  readonly attach: boolean
  /** Rows and columns of the terminal, over those it was created with. */
  readonly consoleSize: readonly [number, number] | null
}

export interface StartedExec {
  /** Undefined where nobody attached. */
  readonly stream: AttachStream | undefined
  /** Resolves when its end is recorded. */
  readonly ended: Promise<void>
  /** Ends it, if it still runs. */
  readonly kill: () => void
}

/** As with Docker, where the command is not to blame. */
const REFUSED_CODE = 128

/**
 * Starts an exec, once. What fails leaves it ended, with the code that Docker gives.
 * @throws NotFound, Conflict (container not running; started before), ExecRefused, InvalidArgument (user)
 */
export async function startExec(deps: EngineDeps, id: string, options: ExecStartOptions): Promise<StartedExec> {
  const exec = deps.execs.find(id)
  const { record } = exec
  const container = deps.containers.find(record.container)
  requireRunning(container)
  requireCreated(exec)
  deps.execs.put(record, { status: 'starting' })
  try {
    return await start(deps, record, container, options)
  } catch (error) {
    const code = error instanceof ExecRefused ? error.exitCode : REFUSED_CODE
    deps.execs.put(record, { status: 'ended', pid: 0, code })
    throw error
  }
}

async function start(
  deps: EngineDeps,
  record: ExecRecord,
  container: ContainerRecord,
  { attach, consoleSize }: ExecStartOptions,
): Promise<StartedExec> {
  const runtime = deps.config.runtimes.get(container.spec.host.runtime)
  if (runtime === undefined)
    throw new SystemError(`runtime ${container.spec.host.runtime} is not installed`, { fix: 'apt-get install crun' })
  const { attachStdin: stdin, attachStdout: stdout, attachStderr: stderr } = record
  const io = { terminal: record.tty, openStdin: attach && stdin }
  publishExec(deps, record, `exec_start: ${commandLine(record)}`)
  const stream = attach ? await deps.runtime.execs.attach(record, { stdin, stdout, stderr }, io) : undefined
  try {
    const [rows, columns] = consoleSize ?? record.consoleSize ?? [0, 0]
    const process = await deps.runtime.execs.start(record, {
      io,
      runtime,
      settings: {
        ...record,
        groups: container.spec.host.confinement?.groups ?? [],
        terminal: record.tty ? { rows, columns } : undefined,
        hostname: container.spec.hostname,
      },
    })
    const { pid } = process
    deps.execs.put(record, { status: 'running', pid })
    const kill = () => void deps.runtime.signal(process, constants.signals.SIGKILL)
    return { stream, ended: superviseExec(deps, record, pid), kill }
  } catch (error) {
    stream?.destroy()
    throw error
  }
}

/** @throws Conflict in Docker's words */
function requireCreated({ record: { id }, state }: Exec): void {
  if (state.status === 'created') return
  const has = state.status === 'ended' ? 'has already run' : 'is already running'
  throw new Conflict(`Error: Exec command ${id} ${has}`)
}
