/** The registry server as a cache of another one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type Digest, formatReference, OCI_CONFIG, OCI_LAYER, OCI_MANIFEST } from '#oci'
import { openCache, parseUpstream } from '#registry/serve'
import { until } from '../support/proc.ts'
import { ScriptedRegistry } from '../support/registry.ts'
import { testClient } from '../support/registry-client.ts'
import { plain } from '../support/registry-images.ts'
import { pushImage, type TestRegistry, testRegistry } from '../support/registry-server.ts'

interface Cached extends AsyncDisposable {
  readonly upstream: ScriptedRegistry
  readonly cache: TestRegistry
  readonly layer: { readonly digest: string; readonly size: number }
  /** Requests that the registry behind got since the last time, as `METHOD what`. */
  asked(): string[]
}

const BIG = gzipSync(Buffer.from(Array.from({ length: 6_000_000 }, (_, i) => (i * i) % 251)), { level: 0 })

/** An image `team/app:1` behind a cache. */
async function cached(): Promise<Cached> {
  await using undo = new AsyncDisposableStack()
  const upstream = undo.use(await ScriptedRegistry.start())
  const { layers } = upstream.addImage('team/app', '1', [BIG])
  const { client } = undo.use(await testClient())
  const wrap = (store: TestRegistry['store']) =>
    openCache({ store, client, upstream: parseUpstream(`http://${upstream.host}/team`), patience: 200 })
  const cache = undo.use(await testRegistry({ wrap }))
  const [layer] = layers
  assert.ok(layer !== undefined)
  const held = undo.move()
  let seen = 0
  return {
    upstream,
    cache,
    layer,
    asked() {
      const fresh = upstream.requests.slice(seen)
      seen = upstream.requests.length
      return fresh.map(({ method, url }) => `${method} ${url.split('/').at(-2)}`)
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}

test('what is asked for is fetched once; a tag is asked for each time by HEAD alone', async () => {
  await using at = await cached()
  const first = await at.cache.call('GET', '/v2/app/manifests/1')
  assert.equal(first.status, 200)
  const pulled = await at.cache.call('GET', `/v2/app/blobs/${at.layer.digest}`)
  assert.ok(pulled.body.equals(BIG))
  assert.deepEqual(at.asked(), ['HEAD manifests', 'GET manifests', 'GET blobs'])
  assert.deepEqual((await at.cache.call('GET', '/v2/app/manifests/1')).body, first.body)
  const digest = first.headers['docker-content-digest']
  assert.equal((await at.cache.call('GET', `/v2/app/manifests/${digest}`)).status, 200)
  const part = await at.cache.call('GET', `/v2/app/blobs/${at.layer.digest}`, { headers: { range: 'bytes=9-19' } })
  assert.ok(part.body.equals(BIG.subarray(9, 20)))
  assert.deepEqual(at.asked(), ['HEAD manifests'])
})

test('many clients that want one blob at once cost one fetch', async () => {
  await using at = await cached()
  await at.cache.call('GET', '/v2/app/manifests/1')
  at.asked()
  const path = `/v2/app/blobs/${at.layer.digest}`
  const answers = await Promise.all(Array.from({ length: 8 }, () => at.cache.call('GET', path)))
  for (const { status, body } of answers) assert.ok(status === 200 && body.equals(BIG))
  assert.deepEqual(at.asked(), ['GET blobs'])
})

test('a client gets the blob while it comes', async () => {
  await using at = await cached()
  await at.cache.call('GET', '/v2/app/manifests/1')
  at.upstream.script.push({ url: /blobs/, fault: { kind: 'stall', after: 4_000_000 }, times: 1 })
  const response = await fetch(`http://${at.cache.host}/v2/app/blobs/${at.layer.digest}`)
  const reader = response.body?.getReader()
  assert.ok(reader !== undefined)
  const { value } = await reader.read()
  // The source gives nothing more at this moment.
  assert.ok(value !== undefined && value.length > 0)
  assert.equal(await at.cache.store.deps.content.has(at.layer.digest as never), false)
  let size = value.length
  for (let next = await reader.read(); !next.done; next = await reader.read()) size += next.value.length
  assert.equal(size, BIG.length)
})

test('where the registry behind is gone, what is here is served, and what is not says so', async () => {
  await using at = await cached()
  const first = await at.cache.call('GET', '/v2/app/manifests/1')
  await at.cache.call('GET', `/v2/app/blobs/${at.layer.digest}`)
  at.upstream.addImage('team/app', '2', [BIG])
  await at.upstream[Symbol.asyncDispose]()
  assert.deepEqual((await at.cache.call('GET', '/v2/app/manifests/1')).body, first.body)
  assert.equal((await at.cache.call('GET', `/v2/app/blobs/${at.layer.digest}`)).status, 200)
  const missing = await at.cache.call('GET', '/v2/app/manifests/2')
  assert.deepEqual([missing.status, missing.codes], [503, ['UNAVAILABLE']])
})

test('a tag that moves there moves here; one that is not there is not here', async () => {
  await using at = await cached()
  const before = (await at.cache.call('HEAD', '/v2/app/manifests/1')).headers['docker-content-digest']
  const { manifest } = at.upstream.addImage('team/app', '1', [gzipSync('another layer')])
  const after = (await at.cache.call('HEAD', '/v2/app/manifests/1')).headers['docker-content-digest']
  assert.notEqual(before, after)
  assert.equal(after, manifest.digest)
  assert.deepEqual((await at.cache.call('GET', '/v2/app/manifests/none')).codes, ['MANIFEST_UNKNOWN'])
})

test('a blob that is broken on its way is never given as whole, nor kept', async () => {
  await using at = await cached()
  await at.cache.call('GET', '/v2/app/manifests/1')
  at.upstream.script.push({ url: /blobs/, fault: { kind: 'flip', at: 5_000_000 } })
  await assert.rejects(at.cache.call('GET', `/v2/app/blobs/${at.layer.digest}`))
  assert.equal(await at.cache.store.deps.content.has(at.layer.digest as never), false)
})

test('nothing can be pushed', async () => {
  await using at = await cached()
  await assert.rejects(pushImage(at.cache.call, 'app', '2'), /405 .*is a cache of http:/)
  assert.deepEqual((await at.cache.call('DELETE', '/v2/app/manifests/1')).codes, ['UNSUPPORTED'])
})

test('where a cache may stand before', () => {
  const name = (url: string) => formatReference(parseUpstream(url).reference('library/busybox'))
  assert.equal(name('https://registry-1.docker.io'), 'docker.io/library/busybox')
  assert.equal(name('https://host:5000/v2/'), 'host:5000/library/busybox')
  assert.equal(name('https://host.example/a/b'), 'host.example/a/b/library/busybox')
  for (const bad of ['host', 'ftp://host', 'https://u:p@host', 'https://host/UP', 'https://host/?x', '']) {
    assert.throws(() => parseUpstream(bad), { kind: 'invalid-argument' }, bad)
  }
})

test('a registry behind that is silent, or too busy for long, does not keep what is here from being served', async () => {
  await using at = await cached()
  const first = await at.cache.call('GET', '/v2/app/manifests/1')
  assert.equal(first.status, 200)
  at.upstream.fault(/manifests/, { kind: 'silence' })
  assert.deepEqual((await at.cache.call('GET', '/v2/app/manifests/1')).body, first.body)
  at.upstream.script.length = 0
  at.upstream.fault(/manifests/, { kind: 'status', status: 429, headers: { 'retry-after': '50' } })
  assert.deepEqual((await at.cache.call('GET', '/v2/app/manifests/1')).body, first.body)
})

test('an image that lies about a layer of another one does not keep that one from being fetched', async () => {
  await using at = await cached()
  const [digest, config] = [at.layer.digest as Digest, at.upstream.addBlob('team/evil', Buffer.from('{}'), OCI_CONFIG)]
  // Names the layer of the other image with another size, and does not have it.
  const layers = [{ mediaType: OCI_LAYER, digest, size: 5 }]
  at.upstream.addManifest('team/evil', { schemaVersion: 2, config: plain(config), layers }, OCI_MANIFEST, '1')
  for (const name of ['evil', 'app']) assert.equal((await at.cache.call('GET', `/v2/${name}/manifests/1`)).status, 200)
  at.upstream.fault(/team\/evil\/blobs/, { kind: 'silence' }, 1)
  const evil = at.cache.call('GET', `/v2/evil/blobs/${digest}`).catch(() => undefined)
  await until('the evil one is asked for', () => at.upstream.seen(/team\/evil\/blobs/).length > 0)
  const honest = at.cache.call('GET', `/v2/app/blobs/${digest}`)
  for (const socket of at.upstream.silent.splice(0)) socket.destroy()
  const { status, body } = await honest
  assert.ok(status === 200 && body.equals(BIG), `${status}, ${body.length} bytes`)
  await evil
})
