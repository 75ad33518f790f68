/**
 * Clients that go away in the middle of anything, and a fuzzer over every route: the daemon answers on, and neither it
 * nor the monitor keeps a descriptor (SAFETY R41, S84, S88).
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { busyboxArchive } from '../support/busybox.ts'
import { systemSkip, TestEngine } from '../support/engine.ts'
import { descriptors, monitorPids, until } from '../support/proc.ts'
import { seededRandom } from '../support/random.ts'
import { answers, collect, exchange, open, requestText } from '../support/raw-http.ts'

const skip = systemSkip()
const ROUNDS = 200
/** What either process may open for itself meanwhile, far below one for each round. */
const OWN_MAX = 5
/** Connections at once. */
const ABREAST = 10
const FUZZ_REQUESTS = Number(process.env['GANTRY_FUZZ'] ?? 1500)
const SEED = Number(process.env['GANTRY_SEED'] ?? Date.now() % 1_000_000)

describe('clients that go away', { skip }, () => {
  let engine: TestEngine
  let running: string

  before(async () => {
    engine = await TestEngine.start()
    const command = ['sh', '-c', 'i=0; while :; do echo line $i; i=$((i+1)); usleep 20000; done']
    const { json } = await engine.api('POST', '/containers/create?name=chatty', { Image: 'busybox', Cmd: command })
    running = (json as { Id: string }).Id
    assert.equal((await engine.api('POST', `/containers/${running}/start`)).status, 204)
  })

  after(async () => {
    await engine.api('DELETE', `/containers/${running}?force=1`)
    await engine[Symbol.asyncDispose]()
  })

  const held = () => [engine.pid, ...monitorPids(engine)].map(pid => descriptors(pid).length)
  const settles = async (before: readonly number[]) => {
    // Connections that a client has closed are noticed in the next turns of the loop.
    await until('descriptors as before', () => held().every((count, at) => count <= (before[at] ?? 0) + OWN_MAX)).catch(
      () => {
        const left = [engine.pid, ...monitorPids(engine)].flatMap(descriptors)
        assert.fail(`before ${before}, now ${held()}:\n${left.join('\n')}`)
      },
    )
    assert.equal((await engine.api('GET', '/_ping')).status, 200)
  }
  /** Sends the same to many connections and lets each go after another number of milliseconds, or at its first bytes. */
  const abandon = async (bytes: Buffer | string, waits: boolean, finish = () => {}) => {
    await engine.api('GET', '/_ping')
    const before = held()
    for (let round = 0; round < ROUNDS / ABREAST; round++) {
      await Promise.all(
        Array.from({ length: ABREAST }, async (_, at) => {
          const socket = await open(engine.socket)
          socket.write(bytes)
          if (waits) await collect(socket, text => text.length > 12)
          else await new Promise(resolve => setTimeout(resolve, at))
          if (at % 2 === 0) socket.destroy()
          else socket.end(() => socket.destroy())
        }),
      )
    }
    finish()
    await settles(before)
  }

  test('in logs that are followed, and in logs that are long', async () => {
    await abandon(requestText('GET', `/containers/${running}/logs?stdout=1&follow=1`), true)
    await abandon(requestText('GET', `/containers/${running}/logs?stdout=1&follow=1`), false)
    await abandon(requestText('GET', `/containers/${running}/logs?stdout=1`), false)
  })

  test('in attach, at once and after the first output', async () => {
    const path = `/containers/${running}/attach?stream=1&stdout=1&stdin=1&logs=1`
    await abandon(requestText('POST', path, undefined, ['Connection: Upgrade', 'Upgrade: tcp']), true)
    await abandon(requestText('POST', path, undefined, ['Connection: Upgrade', 'Upgrade: tcp']), false)
    await abandon(requestText('POST', path), true)
    await abandon(requestText('POST', path), false)
  })

  test('in wait, for every condition', async () => {
    for (const condition of ['not-running', 'next-exit', 'removed'])
      await abandon(requestText('POST', `/containers/${running}/wait?condition=${condition}`), false)
    await abandon(requestText('POST', `/containers/${running}/wait`), true)
  })

  test('in the middle of a body and of a create: nothing or a whole container', async () => {
    const body = '{"Image":"busybox","Cmd":["true"]}'
    const whole = requestText('POST', '/containers/create', body)
    await abandon(whole.slice(0, -10), false)
    await abandon(whole.slice(0, 40), false)
    await abandon(whole, false)
    const listed = (await engine.api('GET', '/containers/json?all=1')).json as { Id: string; State: string }[]
    for (const { Id, State } of listed) {
      if (Id === running) continue
      assert.equal(State, 'created')
      assert.equal((await engine.api('DELETE', `/containers/${Id}`)).status, 204)
    }
    assert.equal(await engine.leaks(), '')
  })

  test('in an import and in a load, at every place of the archive', { timeout: 60_000 }, async () => {
    const archive = busyboxArchive()
    const before = held()
    for (const path of ['/images/create?fromSrc=-&repo=cut', '/images/load']) {
      const head = `POST ${path} HTTP/1.1\r\nHost: d\r\nContent-Type: application/x-tar\r\nContent-Length: ${archive.length}\r\n\r\n`
      for (let part = 0; part < 20; part++) {
        const socket = await open(engine.socket)
        await new Promise(resolve => socket.write(head, resolve))
        await new Promise(resolve => socket.write(archive.subarray(0, (archive.length * part) / 20), resolve))
        socket.destroy()
      }
    }
    await settles(before)
    const tags = (await engine.api('GET', '/images/json')).json as { RepoTags: string[] }[]
    assert.deepEqual(
      tags.map(({ RepoTags }) => RepoTags),
      [['busybox:latest']],
    )
    assert.equal(await engine.leaks(), '')
  })

  test('in a pull from a registry that says nothing', async () => {
    using registry = new SilentServer()
    const path = `/images/create?fromImage=${encodeURIComponent(`${await registry.address}/nothing`)}&tag=latest`
    await abandon(requestText('POST', path), false, () => registry[Symbol.dispose]())
  })
})

/** Takes connections and says nothing, until it is disposed of. */
class SilentServer implements Disposable {
  readonly address: Promise<string>
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer(socket => {
    this.#sockets.add(socket.on('error', () => {}))
    socket.once('close', () => this.#sockets.delete(socket))
  })

  constructor() {
    this.address = new Promise(resolve =>
      this.#server.listen(0, '127.0.0.1', () => resolve(`127.0.0.1:${(this.#server.address() as AddressInfo).port}`)),
    )
  }

  [Symbol.dispose](): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }
}

describe('a fuzzer', { skip }, () => {
  test(`${FUZZ_REQUESTS} requests over every route`, { timeout: 120_000 }, async t => {
    t.diagnostic(`GANTRY_SEED=${SEED}`)
    await using engine = await TestEngine.start()
    const random = seededRandom(SEED)
    const { json } = await engine.api('POST', '/containers/create?name=here', { Image: 'busybox', Cmd: ['true'] })
    const fuzz = new Fuzzer(random, ['here', (json as { Id: string }).Id, 'busybox', 'bridge', 'none', 'nope'])
    for (let sent = 0; sent < FUZZ_REQUESTS; sent++) {
      const request = fuzz.request()
      const text = await exchange(engine.socket, request, all => answers(all).length > 0 || STREAM.test(all))
      const [answer] = answers(text)
      if (answer === undefined && STREAM.test(text)) continue
      const context = `GANTRY_SEED=${SEED} request ${sent}: ${request}\n${JSON.stringify(answer)}`
      assert.ok(answer, context)
      assert.ok(answer.status < 500 || answer.status === 501 || answer.status === 503, context)
      if (answer.status >= 400) {
        assert.deepEqual(Object.keys(JSON.parse(answer.body) as object), ['message'], context)
        assert.doesNotMatch(answer.body, /is not a function|undefined|\[object |of null|TypeError/, context)
      }
    }
    assert.doesNotMatch(engine.log, /TypeError|ReferenceError|RangeError|unhandled/i)
    for (const { Id } of (await engine.api('GET', '/containers/json?all=1')).json as { Id: string }[])
      await engine.api('DELETE', `/containers/${Id}?force=1`)
  })
})

/** The head of an answer that may last for ever: it is left when it begins. */
const STREAM = /^HTTP\/1\.1 (200|101) [\s\S]*\r\n\r\n/

/** Every path that the routes name, with their parameters. */
function routes(): [string, string][] {
  const folder = new URL('../../src/server/routes/', import.meta.url)
  const texts = readdirSync(folder).map(name => readFileSync(new URL(name, folder), 'utf8'))
  const found = texts.flatMap(text => [
    ...text.matchAll(/method: '([A-Z]+)',\s+path: '([^']+)'/g),
    ...text.matchAll(/\['([A-Z]+)', '([^']+)'/g),
  ])
  assert.ok(found.length > 60)
  return found.map(([, method = '', path = '']) => [method, path])
}

const QUERY = [
  ...[
    'all',
    'limit',
    'size',
    'filters',
    'name',
    'platform',
    'signal',
    't',
    'force',
    'v',
    'link',
    'condition',
    'follow',
  ],
  ...['stdout', 'stderr', 'stdin', 'stream', 'logs', 'since', 'until', 'timestamps', 'tail', 'details', 'h', 'w'],
  ...[
    'detachKeys',
    'fromImage',
    'fromSrc',
    'repo',
    'tag',
    'message',
    'changes',
    'quiet',
    'digests',
    'noprune',
    '__proto__',
  ],
]
const FIELDS = [
  ...[
    'Image',
    'Cmd',
    'Entrypoint',
    'Env',
    'Labels',
    'Tty',
    'User',
    'WorkingDir',
    'Hostname',
    'Domainname',
    'StopSignal',
  ],
  ...[
    'ExposedPorts',
    'Volumes',
    'OpenStdin',
    'StdinOnce',
    'StopTimeout',
    'HostConfig',
    'NetworkingConfig',
    'Healthcheck',
  ],
  ...['Memory', 'MemorySwap', 'Binds', 'LogConfig', 'RestartPolicy', 'PidsLimit', 'ShmSize', 'ConsoleSize', 'Mounts'],
  ...['AutoRemove', 'NetworkMode', 'Runtime', 'Config', 'Type', 'EndpointsConfig', 'bridge', 'toString', '__proto__'],
]
const TEXTS = [
  ...[
    '',
    '0',
    '1',
    '-1',
    'true',
    'x',
    'busybox',
    'here',
    '/',
    '../..',
    '/etc',
    'a:b',
    'a:b:c:d',
    ':',
    '@',
    '%',
    '\0',
    'é\u{1F600}',
  ],
  ...[
    'json-file',
    'always',
    'on-failure',
    'none',
    'host',
    'bridge',
    'container:x',
    '{}',
    '{"label":["a"]}',
    '[',
    '{"name":["("]}',
  ],
  ...[
    'SIGKILL',
    '99',
    '1e9',
    '9223372036854775807',
    '9007199254740993',
    '0x10',
    'NaN',
    'Infinity',
    '2020-01-01T00:00:00Z',
  ],
  ...[
    'ctrl-p',
    'a,b',
    'removed',
    'linux/amd64',
    '-',
    'http://127.0.0.1:1/x',
    'sha256:0',
    `sha256:${'0'.repeat(64)}`,
    'A'.repeat(5000),
  ],
]

class Fuzzer {
  readonly #random: (below: number) => number
  readonly #names: readonly string[]
  readonly #routes = routes()

  constructor(random: (below: number) => number, names: readonly string[]) {
    this.#random = random
    this.#names = names
  }

  request(): string {
    const [method, path] = this.#pick(this.#routes)
    const named = path.replace(/:\w+|\*/g, () =>
      this.#random(3) > 0 ? this.#pick(this.#names) : encodeURIComponent(this.#pick(TEXTS)),
    )
    const query = Array.from(
      { length: this.#random(5) },
      () => `${this.#pick(QUERY)}=${encodeURIComponent(this.#pick(TEXTS))}`,
    )
    const target = `${this.#pick(['', '', '/v1.24', '/v1.44', '/v1.51'])}${named}?${query.join('&')}`
    const close = ['Connection: close']
    if (method === 'GET' || method === 'HEAD')
      return requestText(method === 'HEAD' ? 'GET' : method, target, undefined, close)
    const fields = { Image: 'busybox', ...(this.#value(0, true) as object) }
    const body = this.#random(4) === 0 ? this.#pick(TEXTS) : JSON.stringify(fields)
    return requestText(method, target, body, close)
  }

  #value(depth: number, isObject = false): unknown {
    const kind = isObject ? 0 : this.#random(depth > 3 ? 5 : 8)
    switch (kind) {
      case 1:
        return this.#pick([0, 1, -1, 1.5, 1e300, 2 ** 53, 65_536, 8_000_000])
      case 2:
        return this.#random(2) === 0
      case 3:
        return null
      case 4:
        return this.#pick(TEXTS)
      case 5:
        return Array.from({ length: this.#random(3) }, () => this.#value(depth + 1))
      default: {
        const entries = Array.from(
          { length: 1 + this.#random(4) },
          () => [this.#pick(FIELDS), this.#value(depth + 1)] as const,
        )
        return Object.fromEntries(entries)
      }
    }
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[this.#random(items.length)]
    if (item === undefined) throw new Error('nothing to pick from')
    return item
  }
}
