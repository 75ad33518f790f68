/**
 * `npm run demo`: an engine of its own on private folders, an image made from the host's busybox, containers with a
 * network, and nothing left behind. Every command shown is the one that was run.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { busyboxArchive } from '../test/support/busybox.ts'
import { ROOT } from './steps.ts'

const GANTRY = join(ROOT, 'bin/gantry')
const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined
const PAGE = '<h1>Hello from a container</h1>\n'

function say(text: string): void {
  process.stdout.write(colour ? `\n\x1b[1m${text}\x1b[0m\n` : `\n${text}\n`)
}

class Demo {
  readonly #folder = mkdtempSync(join(tmpdir(), 'gantry-demo-'))
  readonly #host = `unix://${this.#folder}/gantry.sock`
  readonly #roots = ['--data-root', join(this.#folder, 'data'), '--exec-root', join(this.#folder, 'run')]
  #daemon: ChildProcess | undefined

  /** Resolves when the daemon says that it is ready. */
  async startDaemon(): Promise<number> {
    const began = performance.now()
    const daemon = spawn(GANTRY, ['daemon', ...this.#roots, '-H', this.#host], { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#daemon = daemon
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    let said = ''
    daemon.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('daemon is ready')) resolve()
    })
    daemon.once('exit', code => reject(new Error(`the daemon ended with code ${code}:\n${said}`)))
    await promise
    return performance.now() - began
  }

  /** A root file system with the host's busybox and a page to serve. */
  writeRootFileSystem(): string {
    const path = join(this.#folder, 'busybox.tar')
    const page = [
      { type: 'dir', name: 'www', mode: 0o755 },
      { type: 'file', name: 'www/index.html', content: PAGE },
    ] as const
    writeFileSync(path, busyboxArchive(page))
    return path
  }

  /** Shows the command and its output. */
  gantry(...args: string[]): string {
    process.stdout.write(`$ gantry ${args.map(quoted).join(' ')}\n`)
    const { text, ms } = this.#run(args)
    process.stdout.write(`${text}${colour ? '\x1b[2m' : ''}(${ms.toFixed(0)} ms)${colour ? '\x1b[0m' : ''}\n`)
    return text.trim()
  }

  /** Milliseconds that a command took, without showing it. */
  time(...args: string[]): number {
    return this.#run(args).ms
  }

  /** What the engine says, without showing it. */
  ask(...args: string[]): string {
    return this.#run(args).text.trim()
  }

  #run(args: readonly string[]): { readonly text: string; readonly ms: number } {
    const began = performance.now()
    const { status, stdout, stderr } = spawnSync(GANTRY, ['-H', this.#host, ...args], { encoding: 'utf8' })
    const ms = performance.now() - began
    if (status !== 0) throw new Error(`gantry ${args.join(' ')} ended with code ${status}: ${stderr}`)
    return { text: stdout + stderr, ms }
  }

  /** Everything that the engine made on this host, and its folders. */
  async end(): Promise<boolean> {
    const teardown = spawnSync(GANTRY, ['system', 'teardown', '--time', '0', ...this.#roots], { encoding: 'utf8' })
    const leaks = spawnSync(GANTRY, ['doctor', '--leaks', ...this.#roots], { encoding: 'utf8' })
    await this.#endDaemon()
    rmSync(this.#folder, { recursive: true, force: true })
    if (teardown.status === 0 && leaks.status === 0) return true
    process.stderr.write(`${teardown.stderr}${leaks.stdout}${leaks.stderr}`)
    return false
  }

  async #endDaemon(): Promise<void> {
    const daemon = this.#daemon
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return
    const ended = new Promise(resolve => daemon.once('exit', resolve))
    daemon.kill('SIGTERM')
    await ended
  }
}

function quoted(word: string): string {
  return /^[\w./:=@,-]+$/.test(word) ? word : `'${word}'`
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** Milliseconds between two times of a container's record. */
function startTime(created: string, started: string): number {
  return Date.parse(started) - Date.parse(created)
}

async function show(demo: Demo): Promise<void> {
  say('An engine of its own: private folders, a private socket')
  const ms = await demo.startDaemon()
  process.stdout.write(`daemon ready in ${ms.toFixed(0)} ms\n`)

  say("An image from this host's busybox")
  demo.gantry('import', '--change', 'CMD ["sh"]', demo.writeRootFileSystem(), 'busybox')
  demo.gantry('images')

  say('A container with a network')
  demo.gantry('run', '-d', '--name', 'web', 'busybox', 'httpd', '-f', '-v', '-h', '/www')
  const address = demo.ask('inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', 'web')
  const page = demo.gantry('run', '--rm', 'busybox', 'wget', '-qO-', `http://${address}/`)
  if (page !== PAGE.trim()) throw new Error(`the page came out wrong: ${page}`)
  demo.gantry('ps')
  demo.gantry('logs', 'web')

  say('How long a start takes')
  const [created = '', started = ''] = demo.ask('inspect', '-f', '{{.Created}} {{.State.StartedAt}}', 'web').split(' ')
  process.stdout.write(`in the engine, from the create request until "web" ran: ${startTime(created, started)} ms\n`)
  const runs = Array.from({ length: 5 }, () => demo.time('run', '--rm', 'busybox', 'true'))
  process.stdout.write(`gantry run --rm busybox true, median of ${runs.length}: ${median(runs).toFixed(0)} ms\n`)
}

const demo = new Demo()
let ending: Promise<boolean> | undefined
const end = () => (ending ??= demo.end())
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void end().then(() => process.exit(130)))
try {
  await show(demo)
} catch (error) {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
say('Taking everything down')
if (await end()) process.stdout.write('nothing left behind\n')
else process.exitCode = 1
