import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { detectCgroups, removeCgroup } from '#linux'
import { callApi, clientEnvironment } from '../../support/engine.ts'
import type { PeerName } from '../case.ts'
import type { Peer } from './peer.ts'
import { PrivateNetwork } from './private-network.ts'

/** An installed dockerd. */
export interface DockerProgram {
  readonly name: PeerName
  readonly dockerd: string
  /** The command line of the same release. */
  readonly cli: string
  /** Where it finds containerd and its shim. */
  readonly path: string
  /** Why it cannot be run here. */
  readonly absent: string | false
}

const SYSTEM_PATH = '/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin'
const LAUNCHER = join(import.meta.dirname, 'docker-launch.ts')
const NEWER = join(process.env['GANTRY_PEERS'] ?? '/nonexistent', 'bin')

/** Debian 12's dockerd, and a newer one where GANTRY_PEERS names a folder with a `bin` in it. */
export const DOCKER_PROGRAMS: readonly DockerProgram[] = [
  programAt('docker 20.10', '/usr/sbin/dockerd', '/usr/bin/docker', SYSTEM_PATH, 'apt-get install docker.io'),
  programAt(
    'docker 28.5',
    join(NEWER, 'dockerd'),
    join(NEWER, 'docker'),
    `${NEWER}:${SYSTEM_PATH}`,
    'set GANTRY_PEERS to a folder with bin/dockerd',
  ),
]

function programAt(name: PeerName, dockerd: string, cli: string, path: string, hint: string): DockerProgram {
  const absent = existsSync(dockerd) && existsSync(cli) ? false : `needs it: ${hint}`
  return { name, dockerd, cli, path, absent }
}

const START_TIMEOUT_MS = 30_000

export class DockerPeer implements Peer {
  readonly name: string
  readonly folder: string
  readonly socket: string
  readonly network: PrivateNetwork
  readonly #ownsNetwork: boolean
  #process: ChildProcess | undefined
  #log = ''
  #apiVersion = ''

  private constructor(program: DockerProgram, network: PrivateNetwork | undefined) {
    this.name = program.name
    this.folder = mkdtempSync(join(tmpdir(), 'parity-docker-'))
    this.socket = join(this.folder, 'docker.sock')
    this.#ownsNetwork = network === undefined
    this.network = network ?? new PrivateNetwork()
  }

  /** @param network where it is to live; one of its own when it is left out */
  static async start(program: DockerProgram, network?: PrivateNetwork): Promise<DockerPeer> {
    const peer = new DockerPeer(program, network)
    try {
      await peer.#start(program)
    } catch (error) {
      await peer[Symbol.asyncDispose]()
      throw error
    }
    return peer
  }

  get log(): string {
    return this.#log
  }

  get apiVersion(): string {
    return this.#apiVersion
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end()
    removeCgroup(detectCgroups(), this.#cgroup)
    rmSync(this.folder, { recursive: true, force: true })
    if (this.#ownsNetwork) this.network[Symbol.dispose]()
  }

  get #cgroup(): string {
    return `/${basename(this.folder)}`
  }

  async #start(program: DockerProgram): Promise<void> {
    const config = join(this.folder, 'daemon.json')
    // 20.10 would put its key beside the host's configuration.
    const settings = program.name.includes('20.10') ? { 'deprecated-key-path': join(this.folder, 'key.json') } : {}
    writeFileSync(config, JSON.stringify(settings))
    mkdirSync('/run/containerd', { recursive: true })
    const roots = ['--data-root', join(this.folder, 'data'), '--exec-root', join(this.folder, 'run')]
    const files = ['--config-file', config, '--pidfile', join(this.folder, 'pid'), '-H', `unix://${this.socket}`]
    const namespaces = ['--mount', '--propagation', 'slave', '--pid', '--fork', '--kill-child', '--mount-proc']
    const daemon = [program.dockerd, ...roots, ...files, '--cgroup-parent', this.#cgroup]
    const child = this.network.run(() =>
      spawn(
        'unshare',
        [...namespaces, process.execPath, '--disable-warning=ExperimentalWarning', LAUNCHER, ...daemon],
        {
          stdio: ['ignore', 'ignore', 'pipe'],
          env: { ...clientEnvironment(), PATH: program.path },
        },
      ),
    )
    this.#process = child
    await this.#listening(child)
    const { json } = await callApi(this.socket, 'GET', '/version')
    this.#apiVersion = String((json as { ApiVersion?: unknown }).ApiVersion)
  }

  async #listening(child: ChildProcess): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const fail = (what: string) => reject(new Error(`${this.name} ${what}:\n${this.#log.slice(-3000)}`))
    const timer = setTimeout(() => fail('does not listen'), START_TIMEOUT_MS)
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#log += chunk.toString()
      if (this.#log.includes('API listen on')) resolve()
    })
    child.once('exit', code => fail(`ended with code ${code}`))
    await promise.finally(() => clearTimeout(timer))
  }

  /** dockerd is the first process of its namespace: with it go containerd, shims and containers, and all mounts. */
  async #end(): Promise<void> {
    const child = this.#process
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise(resolve => child.once('exit', resolve))
    const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS)
    for (const pid of childrenOf(child.pid ?? 0)) process.kill(pid, 'SIGTERM')
    await ended
    clearTimeout(timer)
  }
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
}
