/** Registries and networks that fail half-way (R26 to R29), and those that lie (S69, S76). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Descriptor, digestOf, OCI_MANIFEST, parseReference, type Reference } from '#oci'
import { error, type Fault, ScriptedRegistry } from '../support/registry.ts'
import { testClient } from '../support/registry-client.ts'

const LAYER = Buffer.from(Array.from({ length: 2_000_000 }, (_, i) => (i * 7) % 251))

async function setup(timing = {}) {
  const registry = await ScriptedRegistry.start()
  const at = await testClient({}, timing)
  const reference: Reference = parseReference(`${registry.host}/app`)
  const layer: Descriptor = registry.addBlob('app', LAYER)
  return {
    registry,
    at,
    reference,
    layer,
    fetch: (signal?: AbortSignal) =>
      at.client.session().fetchBlob(reference, layer, at.store, signal === undefined ? {} : { signal }),
    async [Symbol.asyncDispose]() {
      await at[Symbol.asyncDispose]()
      await registry[Symbol.asyncDispose]()
    },
  }
}

test('a blob that breaks off again and again is resumed, not fetched again', async () => {
  await using s = await setup()
  for (const after of [1, 70_000, 300_000, 900_000]) s.registry.fault(/blobs/, { kind: 'reset', after }, 1)
  await s.fetch()
  assert.equal(await s.at.store.verify(s.layer.digest), true)
  const ranges = s.registry.seen(/blobs/).map(({ headers }) => headers.range ?? '')
  assert.equal(ranges.length, 5)
  const offsets = ranges.map(range => Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0))
  assert.deepEqual(
    offsets,
    offsets.toSorted((a, b) => a - b),
  )
  assert.ok((offsets.at(-1) ?? 0) > 100_000, `resumed at ${offsets}`)
})

test('a server without ranges is asked for the whole again', async () => {
  await using s = await setup()
  s.registry.fault(/blobs/, { kind: 'reset', after: 500_000 }, 1)
  s.registry.fault(/blobs/, { kind: 'no-ranges' })
  await s.fetch()
  assert.equal(await s.at.store.verify(s.layer.digest), true)
})

test('a server that answers with another range is not believed', async () => {
  await using s = await setup()
  s.registry.fault(/blobs/, { kind: 'reset', after: 500_000 }, 1)
  s.registry.fault(/blobs/, { kind: 'headers', headers: { 'content-range': 'bytes 7-8/9' } }, 1)
  await s.fetch()
  assert.equal(s.registry.seen(/blobs/).at(-1)?.headers.range, undefined)
  assert.equal(await s.at.store.verify(s.layer.digest), true)
})

test('a partial file from before that is too long for the server starts again', async () => {
  await using s = await setup()
  {
    await using writer = await s.at.store.ingest(`blob ${s.layer.digest}`, { expected: { digest: s.layer.digest } })
    await writer?.write(LAYER.subarray(0, 1000))
  }
  s.registry.fault(/blobs/, { kind: 'status', status: 416 }, 1)
  await s.fetch()
  assert.deepEqual(
    s.registry.seen(/blobs/).map(({ headers }) => headers.range),
    ['bytes=1000-', undefined],
  )
})

test('a busy registry is waited for', async () => {
  await using s = await setup()
  s.registry.fault(/blobs/, { kind: 'status', status: 429, headers: { 'retry-after': '7' } }, 1)
  for (const status of [500, 502, 504]) s.registry.fault(/blobs/, { kind: 'status', status }, 1)
  await s.fetch()
  assert.deepEqual(s.at.slept, [7500, 1000, 2000, 4000])
})

test('five times busy is an error that says so', async () => {
  await using s = await setup()
  s.registry.fault(/blobs/, { kind: 'status', status: 503 })
  await assert.rejects(s.fetch(), {
    kind: 'unavailable',
    message: `Get "${s.registry.url}/v2/app/blobs/${s.layer.digest}": received unexpected HTTP status: 503 Service Unavailable`,
  })
  assert.equal(s.registry.seen(/blobs/).length, 5)
})

test('a rate limit is told with what can be done', async () => {
  await using s = await setup()
  const body = error('TOOMANYREQUESTS', 'You have reached your pull rate limit.').toString()
  s.registry.fault(/manifests/, { kind: 'status', status: 429, headers: { 'retry-after': '3600' }, body })
  await assert.rejects(s.at.client.session().fetchDocument(s.reference), {
    message: 'toomanyrequests: You have reached your pull rate limit.',
    fix: `wait, log in to ${s.registry.host} with docker login, or use a mirror`,
  })
  assert.deepEqual(s.at.slept, [])
})

test('a connection that is closed before the answer is opened again', async () => {
  await using s = await setup()
  s.registry.addImage('app', 'latest', [])
  s.registry.fault(/manifests/, { kind: 'close' }, 2)
  await s.at.client.session().resolve(s.reference)
  assert.deepEqual(s.at.slept, [500, 1000])
})

test('silence and dripping are given up, and tried again', async () => {
  await using s = await setup({ stall: 100 })
  s.registry.fault(/blobs/, { kind: 'stall', after: 100_000 }, 1)
  s.registry.fault(/blobs/, { kind: 'drip', millis: 5 }, 1)
  await s.fetch()
  assert.equal(s.registry.seen(/blobs/).length, 3)
  s.registry.fault(/manifests/, { kind: 'drip', millis: 5 })
  s.registry.addManifest('app', Buffer.alloc(5000, ' '), OCI_MANIFEST, 'latest')
  await assert.rejects(s.at.client.session().fetchDocument(s.reference), {
    kind: 'unavailable',
    message: `Get "${s.registry.url}/v2/app/manifests/latest": no progress for 0.1 seconds`,
  })
})

test('an answer that never begins is given up', async () => {
  await using s = await setup({ headers: 50 })
  s.registry.addImage('app', 'latest', [])
  s.registry.fault(/manifests/, { kind: 'silence' }, 1)
  await s.at.client.session().resolve(s.reference)
  assert.equal(s.registry.requests.length, 2)
})

test('cancelling ends a fetch at once and keeps what came', async () => {
  await using s = await setup()
  s.registry.fault(/blobs/, { kind: 'stall', after: 100_000 })
  const controller = new AbortController()
  const options = { signal: controller.signal, progress: () => controller.abort() }
  await assert.rejects(s.at.client.session().fetchBlob(s.reference, s.layer, s.at.store, options), {
    kind: 'cancelled',
  })
  assert.ok(((await s.at.store.ingests())[0]?.size ?? 0) > 0)
  await assert.rejects(s.fetch(AbortSignal.abort()), { kind: 'cancelled' })
})

test('a blob that is not what it should be is asked for once more, then named', async () => {
  await using s = await setup()
  const faults: [Fault, RegExp][] = [
    [{ kind: 'flip', at: 1_999_999 }, /does not match its digest: its bytes are sha256:/],
    [{ kind: 'short', by: 1 }, /has 1999999 bytes instead of the 2000000 that were announced/],
    [{ kind: 'long', by: 1 }, /is longer than the 2000000 bytes that were announced/],
    [{ kind: 'endless' }, /is longer than the 2000000 bytes that were announced/],
  ]
  for (const [fault, message] of faults) {
    s.registry.script.length = 0
    s.registry.requests.length = 0
    s.registry.fault(/blobs/, fault)
    const failure = await s.fetch().catch((reason: unknown) => reason)
    assert.ok(failure instanceof Error)
    assert.match(failure.message, message)
    assert.ok(failure.message.startsWith(`${s.registry.host}/app@${s.layer.digest} at ${s.registry.host}: blob`))
    assert.equal(s.registry.requests.length, 2)
    assert.equal(await s.at.store.has(s.layer.digest), false)
    assert.deepEqual(await s.at.store.ingests(), [])
  }
  s.registry.script.length = 0
  s.registry.fault(/blobs/, { kind: 'flip', at: 5 }, 1)
  await s.fetch()
  assert.equal(await s.at.store.verify(s.layer.digest), true)
})

test('a configuration that is not what it should be', async () => {
  await using s = await setup()
  const session = s.at.client.session()
  s.registry.fault(/blobs/, { kind: 'flip', at: 5 })
  await assert.rejects(session.fetchBytes(s.reference, s.layer, { limit: 1 << 22 }), {
    kind: 'data-corrupt',
    message: /app@sha256:\w+ at 127\.0\.0\.1:\d+: blob sha256:\w+ does not match its digest/,
  })
  await assert.rejects(
    session.fetchBytes(s.reference, s.layer, { limit: 1000 }),
    /announced with 2000000 bytes, at most 1000/,
  )
})

test('a manifest that is not what its digest says', async () => {
  await using s = await setup()
  const { manifest } = s.registry.addImage('app', 'latest', [])
  const session = s.at.client.session()
  s.registry.fault(/manifests/, { kind: 'flip', at: 40 })
  const wrong = { kind: 'data-corrupt', message: /app@?.* at .*: manifest verification failed for digest sha256:/ }
  await assert.rejects(session.fetchDocument(s.reference), wrong)
  await assert.rejects(session.fetchDocument(s.reference, { descriptor: manifest }), wrong)
  assert.equal(s.registry.seen(/manifests/).length, 4)
  s.registry.script.length = 0
  const other = digestOf('other')
  s.registry.fault(/manifests/, { kind: 'headers', headers: { 'docker-content-digest': other } })
  await assert.rejects(session.fetchDocument(s.reference), wrong)
  await assert.rejects(session.resolve(parseReference(`${s.registry.host}/app@${manifest.digest}`)), wrong)
  s.registry.script.length = 0
  s.registry.fault(/manifests/, { kind: 'headers', headers: { 'docker-content-digest': 'sha256:../../x' } })
  await assert.rejects(session.resolve(s.reference), /announces an invalid digest/)
})

test('bodies without end cost no memory', async () => {
  await using s = await setup()
  const session = s.at.client.session()
  const before = process.memoryUsage().rss
  s.registry.addImage('app', 'latest', [])
  s.registry.fault(/manifests/, { kind: 'endless' })
  await assert.rejects(session.fetchDocument(s.reference), {
    kind: 'invalid-argument',
    message: /longer than 4194304 bytes/,
  })
  const small = { ...s.layer, size: 100 }
  s.registry.fault(/blobs/, { kind: 'endless' })
  await assert.rejects(session.fetchBytes(s.reference, small, { limit: 1000 }), /longer than 1000 bytes/)
  s.registry.script.length = 0
  s.registry.fault(/manifests/, { kind: 'headers', headers: { 'content-length': '1000000000' } })
  await assert.rejects(session.resolve(s.reference), /the manifest is longer than 4194304 bytes/)
  s.registry.script.length = 0
  s.registry.fault(/manifests/, { kind: 'status', status: 404, body: 'x'.repeat(3 << 20) })
  await assert.rejects(session.fetchDocument(s.reference), /manifest unknown: manifest unknown/)
  assert.ok(process.memoryUsage().rss - before < 200 << 20)
})
