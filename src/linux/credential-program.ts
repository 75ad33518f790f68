import { spawn } from 'node:child_process'
import { NotFound, SystemError } from '#lib/errors'
import { atOrdinaryPriority } from './priority.ts'
import { findProgram } from './tool.ts'

export interface CredentialCall {
  /** The last part of its name: `docker-credential-NAME`. */
  readonly name: string
  readonly verb: 'get' | 'store' | 'erase'
  readonly input: string
}

const PREFIX = 'docker-credential-'
const OUTPUT_MAX_BYTES = 1024 * 1024
/** A person may have to unlock a key ring. */
const TIMEOUT_MS = 120_000

/**
 * Runs a program that keeps a person's credentials (docker-credential-helpers protocol: a verb as the argument, input
 * and output by stdin and stdout), in that person's own environment. What it complains of it prints to stdout.
 * @throws NotFound where it is not installed; SystemError with its words where it fails
 */
export async function runCredentialProgram({ name, verb, input }: CredentialCall): Promise<string> {
  const program = `${PREFIX}${name}`
  const path = /^[\w.-]+$/.test(name) ? findProgram(program) : undefined
  if (path === undefined) {
    throw new NotFound(`error getting credentials - err: exec: "${program}": executable file not found in $PATH`, {
      fix: 'install it, or take it out of credsStore and credHelpers of config.json',
    })
  }
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const child = atOrdinaryPriority(() =>
    spawn(path, [verb], { stdio: ['pipe', 'pipe', 'inherit'], timeout: TIMEOUT_MS, killSignal: 'SIGKILL' }),
  )
  const output: Buffer[] = []
  let size = 0
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > OUTPUT_MAX_BYTES) child.kill('SIGKILL')
    else output.push(chunk)
  })
  child.once('error', error => reject(new SystemError(`cannot run ${program}: ${error.message}`, { cause: error })))
  child.once('close', (code, signal) => {
    const text = Buffer.concat(output).toString()
    if (code === 0) resolve(text)
    else
      reject(
        new SystemError(`${program} ${verb} failed (${signal ?? `exit code ${code}`}): ${text.trim().slice(0, 500)}`),
      )
  })
  child.stdin.on('error', () => {}) // Its exit code and words tell more than EPIPE.
  child.stdin.end(input)
  return await promise
}
