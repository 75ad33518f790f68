import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** Waits for `expect` in what was printed since the step before, then does the rest. */
export interface TerminalStep {
  readonly expect?: string
  readonly send?: string
  readonly signal?: NodeJS.Signals
  /** Rows, columns. */
  readonly resize?: readonly [number, number]
}

export interface TerminalRun {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly rows?: number
  readonly columns?: number
  readonly steps: readonly TerminalStep[]
}

export interface TerminalEnd {
  readonly output: string
  /** `timeout` where it did not end by itself. */
  readonly code: number | 'timeout'
  /** Whether the modes of the terminal are as they were before. */
  readonly restored: boolean
  /** Steps that were not come to. */
  readonly left: number
}

/** Runs a program on a terminal of its own. */
export function onTerminal(run: TerminalRun): Promise<TerminalEnd> {
  const { promise, resolve, reject } = Promise.withResolvers<TerminalEnd>()
  const child = spawn('python3', [join(import.meta.dirname, 'on-terminal.py')], { stdio: ['pipe', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  child.once('error', reject)
  child.once('close', code => {
    if (code === 0) resolve(JSON.parse(said) as TerminalEnd)
    else reject(new Error(`on-terminal.py ended with code ${code}`))
  })
  child.stdin.end(JSON.stringify(run))
  return promise
}
