import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { PassThrough, Readable, Writable } from 'node:stream'
import { test } from 'node:test'
import { frameHeader, MULTIPLEXED_STREAM, RAW_STREAM } from '#api'
import { createClient } from '../client.ts'
import { fakeEngine } from '../fake-engine.suite.ts'
import { copyOutput } from './hijack.ts'

const upgradeTo = (type: string) =>
  `HTTP/1.1 101 UPGRADED\r\nContent-Type: ${type}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`

async function textOf(stream: Readable): Promise<string> {
  return Buffer.concat(await stream.toArray()).toString()
}

/** Sends back what came in once the other side has nothing more to say. */
function echo(socket: Socket): void {
  let input = ''
  socket.on('data', chunk => {
    input += String(chunk)
  })
  socket.on('end', () => void socket.end(`got ${input}`))
}

test('input ends before output does, and nothing that came with the head is lost', async () => {
  await using engine = await fakeEngine({
    hijack: (_, socket) => {
      socket.write(`${upgradeTo(RAW_STREAM)}early `)
      echo(socket)
    },
  })
  using client = createClient({ host: engine.host })
  using stream = await client.containers.attach('a', { stream: true, stdin: true, stdout: true })
  assert.equal(stream.framed, false)
  stream.input.write('hello')
  stream.closeInput()
  assert.equal(await textOf(stream.output), 'early got hello')
  const [request] = engine.seen
  assert.equal(request?.line, 'POST /v1.51/containers/a/attach?stream=1&stdin=1&stdout=1')
  assert.deepEqual([request?.headers.connection, request?.headers.upgrade], ['Upgrade', 'tcp'])
})

test('an engine that answers 200 turns the connection all the same', async () => {
  await using engine = await fakeEngine({
    apiVersion: '1.24',
    hijack: (_, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\nearly ')
      echo(socket)
    },
  })
  using client = createClient({ host: engine.host })
  using stream = await client.execs.attach('e', { Tty: true })
  assert.equal(stream.framed, undefined)
  stream.input.write('hello')
  stream.closeInput()
  assert.equal(await textOf(stream.output), 'early got hello')
  assert.equal(engine.seen[0]?.body, '{"Tty":true,"Detach":false}')
})

test('the engine says since API 1.42 whether output is framed', async () => {
  const framed = async (apiVersion: string, type: string) => {
    await using engine = await fakeEngine({
      apiVersion,
      hijack: (_, socket) => void socket.end(upgradeTo(type)),
      answer: (_, response) => response.writeHead(200, { 'Content-Type': type }).end(),
    })
    using client = createClient({ host: engine.host })
    using attached = await client.containers.attach('a', {})
    const logs = await client.containers.logs('a', { stdout: true })
    assert.equal(logs.framed, attached.framed)
    logs.output.resume()
    return attached.framed
  }
  assert.equal(await framed('1.51', MULTIPLEXED_STREAM), true)
  assert.equal(await framed('1.51', RAW_STREAM), false)
  assert.equal(await framed('1.41', RAW_STREAM), undefined)
})

test('a refusal is told, whatever it calls itself', async () => {
  await using engine = await fakeEngine({
    hijack: (_, socket) =>
      void socket.end(
        'HTTP/1.1 404 Not Found\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\nNo such container: a\r\n',
      ),
  })
  using client = createClient({ host: engine.host })
  await assert.rejects(client.containers.attach('a', {}), { kind: 'not-found', message: 'No such container: a' })
})

test('disposing ends the connection', async () => {
  const closed = Promise.withResolvers<unknown>()
  await using engine = await fakeEngine({
    hijack: (_, socket) => {
      socket.write(upgradeTo(RAW_STREAM))
      socket.resume().on('error', () => {})
      closed.resolve(once(socket, 'end').then(() => socket.end()))
    },
  })
  using client = createClient({ host: engine.host })
  {
    using stream = await client.containers.attach('a', {})
    stream.input.write('x')
  }
  await closed.promise
})

function frame(stream: 'stdout' | 'stderr', text: string): Buffer {
  return Buffer.concat([frameHeader(stream, text.length), Buffer.from(text)])
}

test('framed output goes where it belongs, other output to stdout', async () => {
  const bytes = Buffer.concat([frame('stdout', 'out '), frame('stderr', 'err'), frame('stdout', 'more')])
  const sinks = { stdout: new PassThrough(), stderr: new PassThrough() }
  await copyOutput(Readable.from([bytes.subarray(0, 11), bytes.subarray(11)]), true, sinks)
  await copyOutput(Readable.from([Buffer.from(' raw')]), false, sinks)
  assert.equal(await textOf(sinks.stdout.end()), 'out more raw')
  assert.equal(await textOf(sinks.stderr.end()), 'err')
})

test('output is read no faster than it is taken', async () => {
  let read = 0
  let held: (() => void) | undefined
  let taking = false
  const sink = new Writable({
    highWaterMark: 1,
    write: (_chunk, _encoding, done) => {
      if (taking) done()
      else held = done
    },
  })
  function* source() {
    for (; read < 50; read++) yield Buffer.alloc(10)
  }
  const copied = copyOutput(Readable.from(source(), { highWaterMark: 1 }), false, { stdout: sink, stderr: sink })
  for (let i = 0; i < 100; i++) await new Promise(resolve => setImmediate(resolve))
  assert.ok(read < 5, `${read} chunks were read although none was taken`)
  taking = true
  held?.()
  await copied
  assert.equal(read, 50)
})

test('a sink that is closed, and frames that are none, end the copying', async () => {
  const closed = new PassThrough()
  await once(closed.destroy(), 'close')
  const chunks = () => Readable.from([Buffer.from('hello, world')])
  await assert.rejects(copyOutput(chunks(), false, { stdout: closed, stderr: closed }), /output was closed/)
  const open = new PassThrough()
  await assert.rejects(copyOutput(chunks(), true, { stdout: open, stderr: open }), { kind: 'data-corrupt' })
  const closing = new Writable({ highWaterMark: 1, write: () => void closing.destroy() })
  await assert.rejects(copyOutput(chunks(), false, { stdout: closing, stderr: closing }), /output was closed/)
})
