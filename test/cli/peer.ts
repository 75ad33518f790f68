import { execFileSync, spawn } from 'node:child_process'
import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { systemSkip, TestEngine } from '../support/engine.ts'

/** The docker command, and an engine for it and for ours. */
export interface Peer extends AsyncDisposable {
  readonly docker: string
  readonly host: string
  readonly folder: string
  /** The end of the engine's log. */
  log(): string
}

const START_PATIENCE_MS = 20_000
const STOP_PATIENCE_MS = 20_000
/** Characters. */
const LOG_SHOWN = 4000

const DOCKERD = process.env['GANTRY_TEST_DOCKERD']
const DOCKER = process.env['GANTRY_TEST_DOCKER'] ?? onPath('docker') ?? 'docker'

export function onPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return (name.includes('/') ? [name] : folders.map(folder => join(folder, name))).find(isExecutable)
}

/** What is missing for comparing with Docker; undefined where all is there. */
export function missingForPeer(): string | undefined {
  const engine = DOCKERD === undefined ? [] : [DOCKERD, 'containerd', 'tar']
  const missing = ['docker', 'busybox', 'python3', ...engine].filter(name => onPath(name) === undefined)
  if (missing.length > 0) return `not on PATH: ${missing.join(', ')}`
  return systemSkip() || undefined
}

/** Starts an engine with an image `busybox`: Gantry, or the dockerd that the environment names. */
export async function startPeer(): Promise<Peer> {
  return DOCKERD === undefined ? await startGantry() : await startDockerd(DOCKERD)
}

async function startGantry(): Promise<Peer> {
  const engine = await TestEngine.start()
  const { host, folder } = engine
  return {
    docker: DOCKER,
    host,
    folder,
    log: () => engine.log.slice(-LOG_SHOWN),
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  }
}

/** On files and a socket of its own, without networks. */
async function startDockerd(dockerd: string): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-peer-'))
  const socket = join(folder, 'd.sock')
  const args = [
    ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '-H', `unix://${socket}`],
    ...['--pidfile', join(folder, 'pid'), '--bridge=none', '--iptables=false', '--ip6tables=false'],
  ]
  const log = join(folder, 'log')
  const daemon = spawn(dockerd, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
  let said = ''
  daemon.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const ended = new Promise<void>(resolve => daemon.once('exit', () => resolve()))
  const peer: Peer = {
    docker: DOCKER,
    host: `unix://${socket}`,
    folder,
    log: () => said.slice(-LOG_SHOWN),
    async [Symbol.asyncDispose]() {
      daemon.kill('SIGTERM')
      await Promise.race([ended, delay(STOP_PATIENCE_MS, undefined, { ref: false })])
      writeFileSync(log, said)
      unmountBelow(folder)
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await waitUntilReady(peer)
  importBusybox(peer)
  return peer
}

async function waitUntilReady({ docker, host, log }: Peer): Promise<void> {
  const until = performance.now() + START_PATIENCE_MS
  for (;;) {
    try {
      execFileSync(docker, ['-H', host, 'version'], { stdio: 'ignore' })
      return
    } catch (cause) {
      if (performance.now() > until) throw new Error(`dockerd does not start: ${log()}`, { cause })
      await delay(50)
    }
  }
}

function importBusybox({ docker, host, folder }: Peer): void {
  const root = join(folder, 'rootfs')
  const busybox = onPath('busybox') ?? 'busybox'
  mkdirSync(join(root, 'bin'), { recursive: true })
  for (const name of ['tmp', 'etc']) mkdirSync(join(root, name))
  writeFileSync(join(root, 'bin/busybox'), readFileSync(busybox), { mode: 0o755 })
  const applets = execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n')
  for (const applet of applets) if (applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet))
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n')
  const tar = execFileSync('tar', ['-C', root, '-c', '.'], { maxBuffer: 64 * 1024 * 1024 })
  execFileSync(docker, ['-H', host, 'import', '-c', 'CMD ["sh"]', '-', 'busybox'], { input: tar })
}

function unmountBelow(folder: string): void {
  const targets = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map(line => line.split(' ')[1] ?? '')
    .filter(target => target.startsWith(`${folder}/`))
  for (const target of targets.reverse()) execFileSync('umount', ['-l', target])
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
