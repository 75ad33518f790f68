import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface OwnRegistry {
  /** As in references: `127.0.0.1:PORT`. */
  readonly host: string
  /** What it wrote so far. */
  readonly log: string
  /** Waits until it is gone; it may be gone already. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

export interface OwnRegistryOptions {
  readonly args?: readonly string[]
  /** Starts the process where it is to live. */
  readonly start?: (spawn: () => ChildProcess) => ChildProcess
}

const MAIN = join(import.meta.dirname, '../../src/cmd/main.ts')

/** `gantry registry serve` as a process of its own, on a port that the kernel chooses. */
export async function startOwnRegistry(
  root: string,
  { args = [], start = run => run() }: OwnRegistryOptions = {},
): Promise<OwnRegistry> {
  const command = ['registry', 'serve', '--root', root, '--listen', '127.0.0.1:0', ...args]
  const child = start(() =>
    spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...command], {
      stdio: ['ignore', 'ignore', 'pipe'],
    }),
  )
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  assert.ok(child.stderr)
  const lines = createInterface({ input: child.stderr })
  let log = ''
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  lines.on('line', line => {
    log += `${line}\n`
    const host = /registry is ready.* host=(\S+)/.exec(line)?.[1]
    if (host !== undefined) resolve(host)
  })
  lines.once('close', () => resolve(undefined))
  const host = await promise
  assert.ok(host !== undefined, `the registry did not start: ${log}`)
  return {
    host,
    get log() {
      return log
    },
    async end(signal) {
      child.kill(signal)
      await exited
    },
  }
}
