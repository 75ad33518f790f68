import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '../client.ts'
import { answerJson, fakeEngine } from '../fake-engine.suite.ts'

const negotiated: Readonly<Record<string, string>> = { '1.41': '1.41', '1.51': '1.51', '1.99': '1.51', '1.20': '1.20' }

for (const [theirs, common] of Object.entries(negotiated)) {
  test(`an engine of ${theirs} is spoken to in ${common}`, async () => {
    await using engine = await fakeEngine({
      apiVersion: theirs,
      answer: (_, response) => answerJson(response, 200, []),
    })
    using client = createClient({ host: engine.host })
    await Promise.all([client.containers.list(), client.images.list()])
    await client.networks.list()
    assert.deepEqual(engine.seen.map(request => request.line).sort(), [
      `GET /v${common}/containers/json`,
      `GET /v${common}/images/json`,
      `GET /v${common}/networks`,
    ])
    assert.deepEqual(engine.pings, ['HEAD'])
  })
}

test('an engine that does not say is spoken to in 1.24', async () => {
  await using engine = await fakeEngine({
    apiVersion: undefined,
    answer: (_, response) => answerJson(response, 200, {}),
  })
  using client = createClient({ host: engine.host })
  await client.system.version()
  assert.equal(engine.seen[0]?.line, 'GET /v1.24/version')
})

test('a pinned version is not negotiated', async () => {
  await using engine = await fakeEngine({ answer: (_, response) => answerJson(response, 200, {}) })
  using client = createClient({ host: engine.host, version: '1.30' })
  await client.system.info()
  assert.equal(engine.seen[0]?.line, 'GET /v1.30/info')
  assert.deepEqual(engine.pings, [])
})

test('an engine that knows no HEAD is asked by GET', async () => {
  await using engine = await fakeEngine()
  const [answer] = engine.server.listeners('request')
  engine.server.removeAllListeners('request')
  engine.server.on('request', (request, response) => {
    if (request.method !== 'HEAD') return void Reflect.apply(answer ?? assert.fail, engine.server, [request, response])
    response.writeHead(405).end()
  })
  using client = createClient({ host: engine.host })
  assert.equal((await client.system.ping()).apiVersion, '1.51')
  assert.deepEqual(engine.pings, ['GET'])
})

test('negotiation that failed is tried again', async () => {
  using client = createClient({ host: 'unix:///nonexistent/engine.sock' })
  await assert.rejects(client.system.info(), { kind: 'unavailable' })
  await assert.rejects(client.system.info(), { kind: 'unavailable' })
  await using engine = await fakeEngine({ apiVersion: '1.44', answer: (_, response) => answerJson(response, 200, {}) })
  let failures = 1
  const [answer] = engine.server.listeners('request')
  engine.server.removeAllListeners('request')
  engine.server.on('request', (request, response) => {
    if (failures-- > 0) request.socket.destroy()
    else Reflect.apply(answer ?? assert.fail, engine.server, [request, response])
  })
  using flaky = createClient({ host: engine.host })
  await assert.rejects(flaky.requests.version(), { kind: 'unavailable' })
  assert.equal(await flaky.requests.version(), '1.44')
})

test('what an older engine would ignore in silence is refused', async () => {
  await using engine = await fakeEngine({ apiVersion: '1.40', answer: (_, response) => answerJson(response, 200, {}) })
  using client = createClient({ host: engine.host })
  await assert.rejects(client.containers.create({ Image: 'x' }, { platform: 'linux/arm64' }), {
    kind: 'invalid-argument',
    message: '"platform" requires API version 1.41, but the Docker daemon API version is 1.40',
  })
  await client.containers.create({ Image: 'x' })
  assert.equal(engine.seen.length, 1)
})

test('one caller gives up on negotiation without spoiling it for the others', async () => {
  await using engine = await fakeEngine({ answer: (_, response) => answerJson(response, 200, {}) })
  using client = createClient({ host: engine.host })
  const abort = new AbortController()
  const given = client.system.info({ signal: abort.signal })
  const kept = client.system.info()
  abort.abort()
  await assert.rejects(given, { kind: 'cancelled' })
  await kept
  assert.equal(engine.seen.length, 1)
})

test('a call can be given up while the engine is still asked for its version', async () => {
  await using engine = await fakeEngine()
  engine.server.removeAllListeners('request')
  const asked = new Promise(resolve => engine.server.once('request', resolve))
  using client = createClient({ host: engine.host })
  const abort = new AbortController()
  const given = client.system.info({ signal: abort.signal })
  await asked
  abort.abort()
  await assert.rejects(given, { kind: 'cancelled' })
})
