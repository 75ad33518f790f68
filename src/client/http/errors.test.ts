import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createTcpServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ErrorKind } from '#lib/errors'
import { createClient } from '../client.ts'
import { answerJson, fakeEngine } from '../fake-engine.suite.ts'
import { isEngineRefusal } from './answer-error.ts'
import { connectError } from './connect-error.ts'

const KINDS: readonly (readonly [number, ErrorKind])[] = [
  [400, 'invalid-argument'],
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [405, 'invalid-argument'],
  [409, 'conflict'],
  [500, 'system'],
  [501, 'not-implemented'],
  [503, 'unavailable'],
  [504, 'deadline'],
  [507, 'no-space'],
]

test('a refusal is an error by meaning, in the words of the engine', async () => {
  let status = 0
  await using engine = await fakeEngine({
    answer: (_, response) => answerJson(response, status, { message: `No such thing: ${status}\n` }),
  })
  using client = createClient({ host: engine.host })
  for (const [code, kind] of KINDS) {
    status = code
    await assert.rejects(client.containers.inspect('x'), (error: unknown) => {
      assert.ok(isEngineRefusal(error))
      assert.equal(error.kind, kind)
      assert.equal(error.message, `No such thing: ${code}`)
      return true
    })
  }
})

test('refusals that are no JSON, or nothing, are told too', async () => {
  const answers: (readonly [string, string, string])[] = [
    ['text/plain', 'client version 1.12 is too old\n', 'client version 1.12 is too old'],
    ['application/json', '<html>', '<html>'],
    [
      'application/json',
      '{"error":"x"}',
      'request returned 404 Not Found for API route and version GET /v1.51/info, check if the server supports the requested API version',
    ],
    [
      'text/plain',
      '',
      'request returned 404 Not Found for API route and version GET /v1.51/info, check if the server supports the requested API version',
    ],
  ]
  let answer = 0
  await using engine = await fakeEngine({
    answer: (_, response) => {
      const [type = '', body = ''] = answers[answer] ?? []
      response.writeHead(404, { 'Content-Type': type }).end(body)
    },
  })
  using client = createClient({ host: engine.host })
  for (const [, , message] of answers) {
    await assert.rejects(client.system.info(), { kind: 'not-found', message })
    answer++
  }
})

test('a refusal that never ends is not collected for ever', async () => {
  await using engine = await fakeEngine({
    answer: (_, response) => response.writeHead(500).end('x'.repeat(1024 * 1024 + 1)),
  })
  using client = createClient({ host: engine.host })
  await assert.rejects(client.system.info(), { kind: 'data-corrupt', message: /more than 1048576 bytes/ })
})

test('an answer that does not parse is corrupt data', async () => {
  await using engine = await fakeEngine({ answer: (_, response) => response.end('{"a":') })
  using client = createClient({ host: engine.host })
  await assert.rejects(client.system.info(), { kind: 'data-corrupt' })
})

test('an engine that does not listen is told in Docker’s sentence', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gantry-client-'))
  try {
    const path = join(folder, 'x.sock')
    using client = createClient({ host: `unix://${path}` })
    const expected = {
      kind: 'unavailable',
      message: `Cannot connect to the Docker daemon at unix://${path}. Is the docker daemon running?`,
      fix: /gantry daemon/,
    }
    await assert.rejects(client.system.info(), expected)
    await using server = await listen(path, () => {})
    server.close()
    await assert.rejects(client.system.info(), expected)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a refused TCP connection is told alike', async () => {
  const server = await listen(0, () => {})
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  await server[Symbol.asyncDispose]()
  using client = createClient({ host: `tcp://127.0.0.1:${address.port}` })
  await assert.rejects(client.system.info(), {
    kind: 'unavailable',
    message: `Cannot connect to the Docker daemon at tcp://127.0.0.1:${address.port}. Is the docker daemon running?`,
  })
})

test('what answers with something else than HTTP may want TLS', async () => {
  await using server = await listen(0, socket => void socket.resume().end('\x15\x03\x01\x00\x02\x02'))
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  using client = createClient({ host: `tcp://127.0.0.1:${address.port}` })
  await assert.rejects(client.system.info(), {
    kind: 'unavailable',
    message: /malformed HTTP response: .*\n\* Are you trying to connect to a TLS-enabled daemon without TLS\?/,
  })
})

test('where nobody named the engine, all sockets are named that were looked for', () => {
  const cause = Object.assign(new Error('connect ENOENT /x'), { code: 'ENOENT' })
  const host = { kind: 'unix', path: '/x', name: 'unix:///x' } as const
  assert.match(connectError(cause, host, 'unix:///y').fix ?? '', /^nor is there unix:\/\/\/y; start the engine with/)
  assert.match(connectError(cause, host).fix ?? '', /^start the engine with "gantry daemon"/)
})

test('a socket that may not be opened is forbidden', () => {
  const cause = Object.assign(new Error('connect EACCES /x'), { code: 'EACCES' })
  const error = connectError(cause, { kind: 'unix', path: '/x', name: 'unix:///x' })
  assert.equal(error.kind, 'forbidden')
  assert.equal(
    error.message,
    'permission denied while trying to connect to the Docker daemon socket at unix:///x: connect EACCES /x',
  )
})

test('a connection that ends before the answer is told', async () => {
  await using engine = await fakeEngine({
    answer: ({ line }, response) => {
      if (line.endsWith('/info')) response.socket?.destroy()
      else response.writeHead(200, { 'Content-Length': '100' }).write('{', () => response.socket?.destroy())
    },
  })
  using client = createClient({ host: engine.host })
  await assert.rejects(client.system.info(), { kind: 'unavailable', message: /^error during connect: / })
  await assert.rejects(client.system.version(), { kind: 'unavailable', message: /^unexpected EOF/ })
})

test('signals end requests: of the call, of the client, and timeouts', async () => {
  await using engine = await fakeEngine({ answer: () => {} })
  const all = new AbortController()
  using client = createClient({ host: engine.host, signal: all.signal })
  await client.requests.version()
  const own = new AbortController()
  const given = client.system.info({ signal: own.signal })
  own.abort()
  await assert.rejects(given, { kind: 'cancelled' })
  await assert.rejects(client.system.info({ signal: AbortSignal.timeout(1) }), { kind: 'deadline' })
  await assert.rejects(client.system.info({ signal: AbortSignal.abort() }), { kind: 'cancelled' })
  const pending = client.system.info()
  all.abort()
  await assert.rejects(pending, { kind: 'cancelled' })
})

test('a connection that the engine closed while idle is replaced, for what may be sent twice', async () => {
  let onConnection = 0
  await using engine = await fakeEngine({
    answer: (_, response) => {
      if (onConnection++ > 0) response.socket?.destroy()
      else answerJson(response, 200, {})
    },
  })
  engine.server.on('connection', () => {
    onConnection = 0
  })
  using client = createClient({ host: engine.host, version: '1.51' })
  await client.system.info()
  await client.system.info()
  assert.equal(engine.seen.length, 3)
  await client.system.info()
  onConnection = 1
  await assert.rejects(client.containers.start('x'), { kind: 'unavailable' })
})

async function listen(at: string | number, onSocket: (socket: import('node:net').Socket) => void): Promise<Server> {
  const server = createTcpServer(onSocket)
  await new Promise<void>(resolve => server.listen(at, resolve))
  return server
}
