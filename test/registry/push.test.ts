import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DataCorrupt, Forbidden } from '#lib/errors'
import { type Descriptor, descriptor, digestOf, OCI_LAYER, OCI_MANIFEST, parseReference } from '#oci'
import type { PushBlobOptions } from '#registry'
import { ScriptedRegistry } from '../support/registry.ts'
import { testClient } from '../support/registry-client.ts'

const SMALL = Buffer.from('a small blob')
const LARGE = Buffer.alloc(3_000_000, 'not the same everywhere: ')

test('a blob is uploaded once, and not at all where it is there', async () => {
  await using at = await pushing()
  for (const blob of [SMALL, LARGE, Buffer.alloc(0)]) {
    assert.deepEqual(await at.push(blob), { kind: 'uploaded' })
    assert.deepEqual(at.registry.blob('app', digestOf(blob)), blob)
    assert.deepEqual(await at.push(blob), { kind: 'exists' })
  }
})

test('a blob is mounted out of another repository, and uploaded where it cannot be', async () => {
  await using at = await pushing()
  at.registry.addBlob('other', LARGE)
  const mountFrom = ['not/there', 'other']
  at.registry.fault(/from=not/, { kind: 'status', status: 404 }, 1)
  assert.deepEqual(await at.push(LARGE, { mountFrom }), { kind: 'mounted', from: 'other' })
  assert.equal(at.sent(), 0)
  at.registry.uploads.mounts = false
  assert.deepEqual(await at.push(SMALL, { mountFrom }), { kind: 'uploaded' })
  // The refused mount has begun the upload: it is not begun twice.
  assert.equal(at.registry.seen(/blobs\/uploads\/(\?|$)/).length, 3)
})

test('an upload that breaks off goes on where the registry says that it stopped', async () => {
  await using at = await pushing()
  at.registry.fault(/uploads\/.+/, { kind: 'cut', after: 2_000_000 }, 1)
  assert.deepEqual(await at.push(LARGE), { kind: 'uploaded' })
  assert.deepEqual(at.registry.blob('app', digestOf(LARGE)), LARGE)
  assert.equal(at.sent(), LARGE.length)
})

test('an upload that the registry has forgotten is begun anew', async () => {
  await using at = await pushing()
  at.registry.script.push({ method: 'PATCH', url: /uploads/, fault: { kind: 'cut', after: 1_000_000 }, times: 1 })
  at.registry.script.push({ method: 'GET', url: /uploads/, fault: { kind: 'status', status: 404 }, times: 1 })
  assert.deepEqual(await at.push(LARGE), { kind: 'uploaded' })
  assert.deepEqual(at.registry.blob('app', digestOf(LARGE)), LARGE)
})

test('an upload whose end nobody heard of is not done again', async () => {
  await using at = await pushing()
  at.registry.script.push({ method: 'PUT', url: /uploads/, fault: { kind: 'lost' }, times: 1 })
  assert.deepEqual(await at.push(LARGE), { kind: 'uploaded' })
  assert.equal(at.registry.requests.filter(({ method }) => method === 'POST').length, 1)
  assert.equal(at.sent(), LARGE.length)
})

test('a registry that stays broken is given up after five tries, and names the cause', async () => {
  await using at = await pushing()
  at.registry.script.push({ method: 'PATCH', url: /uploads/, fault: { kind: 'status', status: 503 } })
  await assert.rejects(at.push(LARGE), /received unexpected HTTP status: 503/)
  assert.equal(at.registry.requests.filter(({ method }) => method === 'PATCH').length, 5)
})

test('a token that runs out in the middle of a push is renewed', async () => {
  await using at = await pushing()
  at.registry.tokenAuth = {}
  await at.push(SMALL)
  at.registry.tokens.clear()
  assert.deepEqual(await at.push(LARGE), { kind: 'uploaded' })
  assert.equal(at.registry.seen(/^\/token/).length, 2)
})

test('a place for uploads on another host sees no credentials', async () => {
  await using other = await ScriptedRegistry.start()
  await using at = await pushing()
  at.registry.basicAuth = { name: 'me', password: 'secret' }
  const location = `${other.url}/v2/app/blobs/uploads/1`
  at.registry.script.push({
    method: 'POST',
    url: /uploads/,
    fault: { kind: 'status', status: 202, headers: { location } },
  })
  other.fault(/uploads/, { kind: 'status', status: 201 })
  await at.push(LARGE)
  assert.ok(other.requests.length > 0)
  for (const { headers } of other.requests) assert.equal(headers.authorization, undefined)
})

test('what may not be pushed is refused in the words of the registry', async () => {
  await using at = await pushing()
  const body = '{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}'
  at.registry.script.push({ method: 'POST', url: /uploads/, fault: { kind: 'status', status: 403, body } })
  await assert.rejects(at.push(SMALL), (error: unknown) => {
    assert.ok(error instanceof Forbidden)
    assert.equal(error.message, 'denied: requested access to the resource is denied')
    return true
  })
})

test('a blob that the registry has in another length is no blob to build on', async () => {
  await using at = await pushing()
  at.registry.addBlob('app', SMALL)
  const headers = { 'content-length': '3' }
  at.registry.fault(/blobs\/sha256/, { kind: 'headers', headers })
  await assert.rejects(at.push(SMALL), DataCorrupt)
})

test('a manifest is stored under its tag, and what the registry made of it is compared', async () => {
  await using at = await pushing()
  const bytes = Buffer.from('{"schemaVersion":2}')
  const digest = await at.session.pushDocument(at.reference, OCI_MANIFEST, bytes)
  assert.equal(digest, digestOf(bytes))
  assert.deepEqual(at.registry.manifest('app', '1'), { mediaType: OCI_MANIFEST, bytes })
  at.registry.fault(/manifests/, {
    kind: 'status',
    status: 201,
    headers: { 'docker-content-digest': digestOf('other') },
  })
  await assert.rejects(at.session.pushDocument(at.reference, OCI_MANIFEST, bytes), DataCorrupt)
})

test('tags are read page by page', async () => {
  await using at = await pushing()
  at.registry.tagPage = 2
  for (const tag of ['a', 'b', 'c', 'd', 'e']) at.registry.addManifest('app', {}, OCI_MANIFEST, tag)
  assert.deepEqual(await at.session.tags(at.reference), ['a', 'b', 'c', 'd', 'e'])
  assert.equal(at.registry.seen(/tags/).length, 3)
})

test('a registry whose list of tags has no end is not followed for ever', async () => {
  await using at = await pushing()
  at.registry.fault(/tags/, {
    kind: 'status',
    status: 200,
    headers: { link: '</v2/app/tags/list?n=1&last=a>; rel="next"' },
    body: '{"tags":["a"]}',
  })
  await assert.rejects(at.session.tags(at.reference), /more tags than are read/)
})

async function pushing() {
  const registry = await ScriptedRegistry.start()
  const at = await testClient()
  const reference = parseReference(`${registry.host}/app:1`)
  const secret = { kind: 'basic', username: 'me', password: 'secret' } as const
  const session = at.client.session({ registry: registry.host, secret })
  return {
    registry,
    reference,
    session,
    push: (blob: Buffer, options: PushBlobOptions = {}) =>
      session.pushBlob(reference, layer(blob), offset => chunks(blob, offset), options),
    /** Bytes of blobs that have come. */
    sent: () => registry.seen(/uploads/).reduce((sum, { size }) => sum + size, 0),
    async [Symbol.asyncDispose]() {
      await at[Symbol.asyncDispose]()
      await registry[Symbol.asyncDispose]()
    },
  }
}

function layer(blob: Buffer): Descriptor {
  return descriptor(OCI_LAYER, digestOf(blob), blob.length)
}

async function* chunks(blob: Buffer, offset: number): AsyncGenerator<Buffer> {
  for (let at = offset; at < blob.length; at += 65_536) yield blob.subarray(at, at + 65_536)
}
