import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type RestLimits, readRest } from './read-rest.ts'

const HEAD = 'POST / HTTP/1.1\r\nHost: x\r\n'
const MB = 1024 * 1024

interface Meeting {
  readonly client: Socket
  /** Everything that comes until the connection ends; how it ends. */
  readonly answer: Promise<{ readonly text: string; readonly error: string | undefined }>
  readonly request: Promise<IncomingMessage>
}

/** A connection to a server that refuses everything at once. */
async function meet(t: TestContext, limits?: RestLimits): Promise<Meeting> {
  const { promise: request, resolve } = Promise.withResolvers<IncomingMessage>()
  const server = createServer((asked: IncomingMessage, response: ServerResponse) => {
    resolve(asked)
    readRest(response, limits)
    response.writeHead(400, { 'Content-Length': 3 }).end('why')
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  t.after(() => server.close())
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  t.after(() => client.destroy())
  let text = ''
  let error: string | undefined
  client.on('data', chunk => {
    text += String(chunk)
  })
  client.on('error', (reason: NodeJS.ErrnoException) => {
    error = reason.code
  })
  return { client, request, answer: new Promise(done => client.once('close', () => done({ text, error }))) }
}

async function send(client: Socket, bytes: number): Promise<void> {
  const junk = Buffer.alloc(MB)
  for (let sent = 0; sent < bytes && !client.destroyed; sent += junk.length) {
    if (client.write(junk)) continue
    await new Promise<void>(resolve => {
      client.once('drain', resolve)
      client.once('close', resolve)
    })
  }
}

test('who is still sending reads the answer when it has sent all, and the connection ends', async t => {
  const { client, answer } = await meet(t)
  client.write(`${HEAD}Connection: close\r\nContent-Length: ${32 * MB}\r\n\r\n`)
  await send(client, 32 * MB)
  const { text, error } = await answer
  assert.equal(error, undefined)
  assert.match(text, /^HTTP\/1\.1 400 [\s\S]*why$/)
})

test('a connection that may stay takes the next request', async t => {
  const { client, answer } = await meet(t)
  client.write(`${HEAD}Content-Length: ${8 * MB}\r\n\r\n`)
  await send(client, 8 * MB)
  client.end(`${HEAD}Connection: close\r\n\r\n`)
  const { text, error } = await answer
  assert.equal(error, undefined)
  assert.equal(text.match(/HTTP\/1\.1 400/g)?.length, 2)
})

test('who sends more, or for longer, than anybody has to listen is cut off', { timeout: 20_000 }, async t => {
  const large = await meet(t, { bytes: MB, millis: 60_000 })
  large.client.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${(64 * MB).toString(16)}\r\n`)
  await send(large.client, 64 * MB)
  await large.answer
  assert.ok((await large.request).destroyed)
  assert.equal((await large.request).complete, false)

  const slow = await meet(t, { bytes: MB, millis: 50 })
  slow.client.write(`${HEAD}Content-Length: 10\r\n\r\nx`)
  const { text } = await slow.answer
  assert.match(text, /why$/)
  assert.equal((await slow.request).complete, false)
})
