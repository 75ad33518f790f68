import { spawn } from 'node:child_process'

export interface Finished {
  /** Null where a signal ended it. */
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Buffer
  readonly cwd?: string
  /** Milliseconds after which it is killed. */
  readonly timeout?: number
}

const TIMEOUT_MS = 60_000

/** Runs a program to its end. */
export function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      env: { ...(options.env ?? process.env) },
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      timeout: options.timeout ?? TIMEOUT_MS,
      killSignal: 'SIGKILL',
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    })
    const output: [Buffer[], Buffer[]] = [[], []]
    child.stdout?.on('data', (chunk: Buffer) => output[0].push(chunk))
    child.stderr?.on('data', (chunk: Buffer) => output[1].push(chunk))
    child.once('error', reject)
    child.once('close', (code, signal) => {
      const [stdout, stderr] = output.map(chunks => Buffer.concat(chunks).toString())
      resolve({ code, signal, stdout: stdout ?? '', stderr: stderr ?? '' })
    })
    if (options.input !== undefined) {
      child.stdin?.on('error', () => {})
      child.stdin?.end(options.input)
    }
  })
}
