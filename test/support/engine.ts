/**
 * A Gantry daemon of a test's own: private roots and socket, real processes. Disposing of it takes everything down
 * and fails the test when anything is left: `gantry doctor --leaks` must be empty after every whole-system test.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { busyboxArchive } from './busybox.ts'
import { type Finished, run } from './process.ts'

export const GANTRY = join(import.meta.dirname, '../../bin/gantry')

/** Why whole-system tests cannot run here; false when they can. */
export function systemSkip(): string | false {
  if (process.getuid?.() !== 0) return 'needs root'
  if (!['/usr/bin/crun', '/usr/sbin/runc', '/usr/bin/runc'].some(path => existsSync(path))) return 'needs crun or runc'
  if (!existsSync('/usr/sbin/nft')) return 'needs nftables'
  if (!existsSync('/bin/busybox')) return 'needs busybox-static'
  return false
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  readonly bytes: Buffer
  /** Parsed where it is JSON. */
  readonly json: unknown
}

export class TestEngine implements AsyncDisposable {
  readonly folder: string
  readonly dataRoot: string
  readonly execRoot: string
  readonly socket: string
  readonly #args: readonly string[]
  #daemon: ChildProcess | undefined
  #log = ''

  private constructor(args: readonly string[], dataRoot?: string) {
    this.folder = mkdtempSync(join(tmpdir(), 'gantry-'))
    this.dataRoot = dataRoot ?? join(this.folder, 'data')
    this.execRoot = join(this.folder, 'run')
    this.socket = join(this.folder, 'gantry.sock')
    this.#args = args
  }

  /** Starts a daemon and gives it the image `busybox`. */
  static async start(...args: readonly string[]): Promise<TestEngine> {
    const engine = await TestEngine.startEmpty(...args)
    await engine.importBusybox()
    return engine
  }

  static startEmpty(...args: readonly string[]): Promise<TestEngine> {
    return TestEngine.#startOn(new TestEngine(args))
  }

  /** With a data root of the caller's, who removes it. */
  static startIn(dataRoot: string, ...args: readonly string[]): Promise<TestEngine> {
    return TestEngine.#startOn(new TestEngine(args, dataRoot))
  }

  static async #startOn(engine: TestEngine): Promise<TestEngine> {
    try {
      await engine.startDaemon()
    } catch (error) {
      await engine.teardown()
      throw error
    }
    return engine
  }

  get host(): string {
    return `unix://${this.socket}`
  }

  /** For clients that read it. */
  get env(): Record<string, string> {
    return { ...clientEnvironment(), DOCKER_HOST: this.host, DOCKER_CONFIG: join(this.folder, 'docker-config') }
  }

  get log(): string {
    return this.#log
  }

  get pid(): number {
    return this.#daemon?.pid ?? 0
  }

  async startDaemon(): Promise<void> {
    const roots = ['--data-root', this.dataRoot, '--exec-root', this.execRoot]
    const daemon = spawn(GANTRY, ['daemon', ...roots, '-H', this.host, '--log-level', 'debug', ...this.#args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: clientEnvironment(),
    })
    this.#daemon = daemon
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    daemon.stderr?.on('data', (chunk: Buffer) => {
      this.#log += chunk.toString()
      if (/daemon is ready/.test(chunk.toString())) resolve()
    })
    daemon.once('exit', code => reject(new Error(`the daemon ended with code ${code}:\n${this.#log.slice(-2000)}`)))
    await promise
  }

  /** Sends a signal and waits for the end. */
  async endDaemon(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const daemon = this.#daemon
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return
    const ended = new Promise(resolve => daemon.once('exit', resolve))
    daemon.kill(signal)
    await ended
  }

  async importBusybox(name = 'busybox:latest'): Promise<void> {
    const [repository, tag] = name.split(':')
    const path = `/images/create?fromSrc=-&repo=${repository}&tag=${tag}&changes=${encodeURIComponent('CMD ["sh"]')}`
    const answer = await this.api('POST', path, busyboxArchive())
    assert.equal(answer.status, 200, answer.text)
    assert.doesNotMatch(answer.text, /"error"/)
  }

  /** One API call; a Buffer is sent as it is, anything else as JSON. */
  api(method: string, path: string, body?: unknown): Promise<Answer> {
    return callApi(this.socket, method, path, body)
  }

  /** Our own command line. */
  gantry(args: readonly string[], options: { readonly input?: string } = {}): Promise<Finished> {
    return run(GANTRY, args, { env: this.env, ...options })
  }

  /** What should not be there; empty is good. */
  async leaks(): Promise<string> {
    const { stdout, stderr, code } = await run(GANTRY, ['doctor', '--leaks', ...this.#roots()], {
      env: clientEnvironment(),
    })
    return code === 0 ? '' : stdout + stderr
  }

  async teardown(): Promise<void> {
    const { code, stderr } = await run(GANTRY, ['system', 'teardown', '--time', '0', ...this.#roots()], {
      env: clientEnvironment(),
    })
    await this.endDaemon('SIGKILL')
    assert.equal(code, 0, stderr)
    assert.equal(existsSync(this.execRoot), false, 'the exec root stays after teardown')
    rmSync(this.folder, { recursive: true, force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const left = await this.leaks()
    if (left !== '') process.stderr.write(`leaks:\n${left}daemon log:\n${this.#log.slice(-3000)}\n`)
    await this.teardown()
    assert.equal(left, '', 'leaks')
  }

  #roots(): string[] {
    return ['--data-root', this.dataRoot, '--exec-root', this.execRoot]
  }
}

/** An environment in which nothing of the developer's points a client elsewhere. */
export function clientEnvironment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: '/root', LANG: 'C.UTF-8' }
}

export function callApi(socket: string, method: string, path: string, body?: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const payload = Buffer.isBuffer(body) ? body : body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    const type = Buffer.isBuffer(body) ? 'application/x-tar' : 'application/json'
    const headers = payload === undefined ? {} : { 'Content-Type': type, 'Content-Length': payload.length }
    const call = request({ socketPath: socket, method, path, headers, agent: false }, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () => {
        const bytes = Buffer.concat(chunks)
        const text = bytes.toString()
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, bytes, json: parsed(text) })
      })
    })
    call.once('error', reject)
    call.end(payload)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function readText(path: string): string {
  return readFileSync(path, 'utf8')
}
