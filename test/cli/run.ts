import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'

export interface Ran {
  readonly stdout: string
  readonly stderr: string
  /** The exit code, or the name of the signal. */
  readonly code: number | string
}

export interface RunOptions {
  readonly input?: string | Buffer | undefined
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string | undefined
  /** Sent one after the other, once there is output. */
  readonly signals?: readonly NodeJS.Signals[] | undefined
}

const PATIENCE_MS = 30_000
/** Signals of one kind that come together are one to a program. */
const BETWEEN_SIGNALS_MS = 150

/** Runs a program to its end. */
export function runProgram(program: string, args: readonly string[], options: RunOptions): Promise<Ran> {
  const { promise, resolve, reject } = Promise.withResolvers<Ran>()
  const { env, cwd, input } = options
  const child = spawn(program, args, { env, stdio: 'pipe', ...(cwd === undefined ? {} : { cwd }) })
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
  let stdout = ''
  let stderr = ''
  child.stdout.once('data', () => void sendAll(child, options.signals ?? []))
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('latin1')
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('latin1')
  })
  child.stdin.on('error', () => {}) // A program that refuses does not read what it is sent.
  child.stdin.end(input ?? '')
  child.once('error', reject)
  child.once('close', (code, signal) => {
    clearTimeout(timer)
    resolve({ stdout: utf8(stdout), stderr: utf8(stderr), code: code ?? signal ?? '' })
  })
  return promise
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString()
}

async function sendAll(child: ChildProcess, signals: readonly NodeJS.Signals[]): Promise<void> {
  for (const signal of signals) {
    child.kill(signal)
    await delay(BETWEEN_SIGNALS_MS)
  }
}
