import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { SystemError } from '#lib/errors'
import { atOrdinaryPriority } from './priority.ts'

const READY_TIMEOUT_MS = 20_000
const WORDS_MAX = 4000

export interface DetachedRequest {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Where its stderr goes. */
  readonly log: string
}

/**
 * Starts a program that outlives this one, in a session of its own, and waits until it prints a line, which says that
 * it is ready. @returns its process id. @throws SystemError with the program's last words
 */
export function startDetached(request: DetachedRequest): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const log = openSync(request.log, 'a', 0o600)
  const child = atOrdinaryPriority(() =>
    spawn(request.file, request.args, {
      detached: true,
      stdio: ['ignore', 'pipe', log],
      env: { ...request.env },
      cwd: '/',
    }),
  )
  closeSync(log)
  const timer = setTimeout(() => {
    child.kill('SIGKILL')
    reject(
      new SystemError(
        `${request.file} ${request.args.join(' ')} did not get ready within ${READY_TIMEOUT_MS / 1000} s`,
      ),
    )
  }, READY_TIMEOUT_MS)
  let words = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(0, WORDS_MAX)
    if (!words.includes('\n') || child.pid === undefined) return
    clearTimeout(timer)
    child.stdout?.destroy()
    child.unref()
    resolve(child.pid)
  })
  child.once('error', error => {
    clearTimeout(timer)
    reject(new SystemError(`cannot start ${request.file}: ${error.message}`, { cause: error }))
  })
  child.once('exit', (code, signal) => {
    clearTimeout(timer)
    reject(
      new SystemError(`${request.args.join(' ')} ended at once (${signal ?? `exit code ${code}`}); see ${request.log}`),
    )
  })
  return promise
}
