import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { createClient } from '../client.ts'
import { fakeEngine } from '../fake-engine.suite.ts'

test('events arrive one by one, with all their nanoseconds', async () => {
  const answering = Promise.withResolvers<ServerResponse>()
  await using engine = await fakeEngine({
    answer: (_, response) => {
      response.writeHead(200).flushHeaders()
      answering.resolve(response)
    },
  })
  using client = createClient({ host: engine.host })
  const events = client.system.events()
  const first = events.next()
  const answer = await answering.promise
  answer.write('\n{"Type":"container","timeNa')
  answer.write('no":1795416989097961395}\n{"Type":"image","timeNano":5,"Actor":{"Attributes":{"timeNano":"7"}}}\r\n')
  assert.deepEqual((await first).value, { Type: 'container', timeNano: 1795416989097961395n })
  assert.deepEqual((await events.next()).value, {
    Type: 'image',
    timeNano: 5n,
    Actor: { Attributes: { timeNano: '7' } },
  })
  answer.end('{"Type":"volume","timeNano":6}')
  assert.deepEqual((await events.next()).value, { Type: 'volume', timeNano: 6n })
  assert.equal((await events.next()).done, true)
})

test('who stops reading closes the connection', async () => {
  const closed = Promise.withResolvers<void>()
  await using engine = await fakeEngine({
    answer: (_, response) => {
      response.on('close', closed.resolve)
      response.write('{"name":"a"}\n')
    },
  })
  using client = createClient({ host: engine.host })
  for await (const sample of client.containers.stats('a')) {
    assert.equal(sample.name, 'a')
    break
  }
  await closed.promise
})

test('a late error of a progress stream is thrown after what came before it', async () => {
  const lines = [
    '{"status":"Pulling","id":"a"}',
    '{"errorDetail":{"code":401,"message":"log in first"},"error":"log in first"}',
  ]
  await using engine = await fakeEngine({
    answer: (_, response) => response.end(lines.map(line => `${line}\r\n`).join('')),
  })
  using client = createClient({ host: engine.host })
  const seen: unknown[] = []
  await assert.rejects(
    async () => {
      for await (const message of client.images.pull({ fromImage: 'a' })) seen.push(message)
    },
    { kind: 'unauthorized', message: 'log in first' },
  )
  assert.deepEqual(seen, [{ status: 'Pulling', id: 'a' }])
})

test('a stream that breaks, and one that is cancelled, say which', async () => {
  await using engine = await fakeEngine({
    answer: (_, response) => response.write('{"Type":"image"}\n', () => response.socket?.destroy()),
  })
  using client = createClient({ host: engine.host })
  const broken = client.system.events()
  await broken.next()
  await assert.rejects(broken.next(), { kind: 'unavailable', message: /^unexpected EOF/ })

  await using patient = await fakeEngine({ answer: (_, response) => void response.write('{"Type":"image"}\n') })
  using other = createClient({ host: patient.host })
  const abort = new AbortController()
  const cancelled = other.system.events({}, { signal: abort.signal })
  await cancelled.next()
  abort.abort()
  await assert.rejects(cancelled.next(), { kind: 'cancelled' })
})

test('a line that never ends is not collected for ever', async () => {
  await using engine = await fakeEngine({
    answer: (_, response) => Readable.from(endless(), { objectMode: false }).pipe(response),
  })
  using client = createClient({ host: engine.host })
  await assert.rejects(client.system.events().next(), { kind: 'data-corrupt', message: /a line of more than/ })
})

test('an upload is read no faster than the engine takes it', async () => {
  let produced = 0
  function* source() {
    for (; produced < 1000; produced++) yield Buffer.alloc(65_536)
  }
  await using engine = await fakeEngine()
  engine.server.removeAllListeners('request')
  const arrived = Promise.withResolvers<Readable>()
  engine.server.on('request', (request, response) => {
    arrived.resolve(request)
    request.on('end', () => void response.end('{"stream":"done"}\n'))
  })
  using client = createClient({ host: engine.host, version: '1.51' })
  const loading = client.images.load(Readable.from(source(), { objectMode: false })).next()
  const request = await arrived.promise
  let before = -1
  while (before !== produced) {
    before = produced
    for (let i = 0; i < 50; i++) await new Promise(resolve => setImmediate(resolve))
  }
  assert.ok(produced < 100, `${produced} chunks were read although nobody took them`)
  request.resume()
  assert.deepEqual((await loading).value, { stream: 'done' })
  assert.equal(produced, 1000)
})

test('an upload that cannot be read fails by its own error', async () => {
  await using engine = await fakeEngine({ answer: (_, response) => response.end() })
  using client = createClient({ host: engine.host })
  const failing = new Readable({
    read: () => void failing.destroy(Object.assign(new Error('no such tar'), { code: 'ENOENT' })),
  })
  await assert.rejects(client.containers.copyTo('a', { path: '/' }, failing), {
    message: 'no such tar',
    code: 'ENOENT',
  })
})

test('an upload that is refused is not read to its end, even where the engine keeps the connection', async () => {
  const answer = 'HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 17\r\n\r\nNo such container'
  const sockets: Socket[] = []
  await using engine = await fakeEngine()
  engine.server.removeAllListeners('connection')
  engine.server.on('connection', socket => {
    sockets.push(socket)
    socket.once('data', () => void socket.pause().write(answer))
  })
  using client = createClient({ host: engine.host, version: '1.51' })
  const source = Readable.from(endless(), { objectMode: false })
  const closed = new Promise(resolve => source.on('close', resolve).on('error', () => {}))
  await assert.rejects(client.containers.copyTo('a', { path: '/' }, source), { kind: 'not-found' })
  await closed
  for (const socket of sockets) socket.destroy()
})

function* endless() {
  for (;;) yield Buffer.alloc(65_536, 'x')
}
