import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { SystemError } from '#lib/errors'
import { atOrdinaryPriority } from './priority.ts'

const OUTPUT_MAX_BYTES = 16 * 1024 * 1024
const ERROR_TEXT_MAX = 2000

export interface ToolOptions {
  readonly input?: string
  /** Milliseconds after which the tool is killed. */
  readonly timeout?: number
  readonly signal?: AbortSignal
}

/** The absolute path of a program on PATH; undefined where there is none. */
export function findProgram(name: string): string | undefined {
  if (name.includes('/')) return isExecutable(name) ? name : undefined
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/local/sbin',
    '/usr/sbin',
    '/sbin',
    '/usr/local/bin',
    '/usr/bin',
    '/bin',
  ]
  for (const folder of folders) {
    const path = join(folder, name)
    if (folder.startsWith('/') && isExecutable(path)) return path
  }
  return undefined
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Runs a host program to its end and returns what it printed. Never for programs inside a container's root.
 * @throws SystemError with the program's last words when it fails or takes too long.
 */
export function runTool(file: string, args: readonly string[], options: ToolOptions = {}): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const child = atOrdinaryPriority(() =>
    spawn(file, args, {
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
      ...(options.timeout === undefined ? {} : { timeout: options.timeout, killSignal: 'SIGKILL' }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    }),
  )
  const output: Buffer[] = []
  let size = 0
  let errors = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > OUTPUT_MAX_BYTES) child.kill('SIGKILL')
    else output.push(chunk)
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-ERROR_TEXT_MAX)
  })
  child.once('error', error => reject(new SystemError(`cannot run ${file}: ${error.message}`, { cause: error })))
  child.once('close', (code, signal) => {
    if (code === 0) resolve(Buffer.concat(output).toString())
    else reject(new SystemError(`${file} ${args[0] ?? ''} failed (${signal ?? `exit code ${code}`}): ${errors.trim()}`))
  })
  if (options.input !== undefined) {
    child.stdin?.on('error', () => {}) // Its exit code and words tell more than EPIPE.
    child.stdin?.end(options.input)
  }
  return promise
}
