import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { exitCodeOf, Pidfd, type Reaper, SealedProgram, spawnProcess } from '#linux'
import type { RuntimeProgram } from '../task.ts'

/** After this long a runtime that does not answer is killed; starting a container takes it milliseconds. */
const RUNTIME_TIMEOUT_MS = 120_000
const LOG_MAX_BYTES = 64 * 1024

/** The OCI runtime refused or failed; the message is its own. */
export class RuntimeFailed extends Error {}

export interface RuntimeCall {
  readonly program: RuntimeProgram
  readonly sealed: SealedProgram
  /** Where the runtime keeps its state. */
  readonly root: string
  readonly id: string
  /** Where it writes its log: never on the container's own stderr. */
  readonly log: string
}

export interface LaunchOptions {
  readonly pidFile: string
  readonly consoleSocket: string | undefined
  readonly stdio: readonly [number, number, number]
}

/**
 * Starts a container and leaves it to us as its new parent (`run --detach`; crun(1), runc-run(8)).
 * @returns the process id of its first process
 * @throws RuntimeFailed
 */
export function runContainer(
  reaper: Reaper,
  call: RuntimeCall,
  options: LaunchOptions & { readonly bundle: string },
): Promise<number> {
  return launch(reaper, call, ['run', '--bundle', options.bundle], options)
}

/**
 * Starts another process in a running container, which is left to us as well (`exec --detach`; `process` is a file
 * with the member of that name of the runtime spec). @returns its process id
 * @throws RuntimeFailed
 */
export function execInContainer(
  reaper: Reaper,
  call: RuntimeCall,
  options: LaunchOptions & { readonly process: string },
): Promise<number> {
  return launch(reaper, call, ['exec', '--process', options.process], options)
}

async function launch(
  reaper: Reaper,
  call: RuntimeCall,
  command: readonly string[],
  options: LaunchOptions,
): Promise<number> {
  rmSync(options.pidFile, { force: true })
  const console = options.consoleSocket === undefined ? [] : ['--console-socket', options.consoleSocket]
  const args = [...command, '--detach', '--pid-file', options.pidFile, ...console, call.id]
  await invoke(reaper, call, args, options.stdio)
  const pid = Number(readFileSync(options.pidFile, 'utf8'))
  if (!Number.isSafeInteger(pid) || pid <= 0) throw new RuntimeFailed(`${call.program.name} wrote no process id`)
  return pid
}

/** Ends what is left of a container and removes the runtime's state and cgroups. Nothing there is no error. */
export async function deleteContainer(reaper: Reaper, call: RuntimeCall): Promise<void> {
  const nothing = openSync('/dev/null', 'r+')
  try {
    await invoke(reaper, call, ['delete', '--force', call.id], [nothing, nothing, nothing])
  } finally {
    closeSync(nothing)
  }
}

async function invoke(
  reaper: Reaper,
  call: RuntimeCall,
  args: readonly string[],
  stdio: readonly [number, number, number],
): Promise<void> {
  rmSync(call.log, { force: true })
  const since = reaper.mark()
  const pid = spawnProcess({
    file: call.sealed.executable(),
    name: call.program.path,
    args: ['--root', call.root, '--log', call.log, '--log-format', 'json', ...args],
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    stdio,
  })
  const timer = setTimeout(() => {
    using handle = Pidfd.open(pid)
    handle?.signal(constants.signals.SIGKILL)
  }, RUNTIME_TIMEOUT_MS)
  const status = await reaper.wait(pid, since)
  clearTimeout(timer)
  if (exitCodeOf(status) === 0) return
  const ended = status.kind === 'exited' ? `exited with code ${status.code}` : `was killed by signal ${status.signal}`
  throw new RuntimeFailed(lastError(call.log) ?? `${call.program.name} ${args[0]} ${ended} and said nothing`)
}

/** The last complaint in a runtime's JSON log; undefined where there is none. */
export function lastError(log: string): string | undefined {
  let text: string
  try {
    text = readFileSync(log, 'utf8').slice(-LOG_MAX_BYTES)
  } catch {
    return undefined
  }
  for (const line of text.split('\n').reverse()) {
    const message = errorMessage(line)
    if (message !== undefined) return message
  }
  return undefined
}

function errorMessage(line: string): string | undefined {
  if (line === '') return undefined
  try {
    const entry: unknown = JSON.parse(line)
    if (typeof entry !== 'object' || entry === null || !('msg' in entry)) return undefined
    const isError = 'level' in entry && (entry.level === 'error' || entry.level === 'fatal')
    return isError && typeof entry.msg === 'string' ? entry.msg : undefined
  } catch {
    return line
  }
}

/**
 * crun has told us of success when it executes the command; what the kernel refuses then (a missing interpreter, a
 * foreign architecture) it writes on the container's own stderr, as a line of its JSON log. Undefined for other output.
 */
export function refusedExec(output: Buffer): string | undefined {
  if (!output.subarray(0, REFUSED_EXEC.length).equals(REFUSED_EXEC)) return undefined
  const match = /`(.*)`: (.*)$/.exec(errorMessage(output.toString().trim()) ?? '')
  return match === null ? undefined : `exec ${match[1]}: ${match[2]?.toLowerCase()}\n`
}

const REFUSED_EXEC = Buffer.from('{"msg":"exec container process')

/**
 * The same of an exec, where crun writes its plain words to stderr and the message to its log as well: what is in both
 * is no output of the command.
 */
export function refusedExecOf(output: Buffer, log: string, command: string): string | undefined {
  if (!output.subarray(0, PLAIN_REFUSED_EXEC.length).equals(PLAIN_REFUSED_EXEC)) return undefined
  const words = output.toString().trim()
  return lastError(log) === words ? `exec ${command}: ${words.slice('exec: '.length).toLowerCase()}\n` : undefined
}

const PLAIN_REFUSED_EXEC = Buffer.from('exec: ')

/** The sealed copies of the runtimes in use, by their paths. */
export class SealedRuntimes {
  readonly #copies = new Map<string, SealedProgram>()

  of(program: RuntimeProgram): SealedProgram {
    const known = this.#copies.get(program.path)
    if (known !== undefined) return known
    const made = new SealedProgram(program.path)
    this.#copies.set(program.path, made)
    return made
  }
}

/** Where the runtime's log of a task is. */
export function runtimeLog(folder: string): string {
  return join(folder, 'runtime.log')
}
