/**
 * The clauses of OCI distribution-spec 1.1 ("Endpoints", "Pull", "Push", "Content Discovery", "Content Management",
 * "Error Codes"), one test each, against our registry server.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { digestOf, OCI_INDEX, OCI_MANIFEST } from '#oci'
import {
  type Answer,
  manifestOf,
  pushBlob,
  pushImage,
  putManifest,
  type RawClient,
  type TestRegistry,
  testRegistry,
} from '../support/registry-server.ts'

let registry: TestRegistry
let call: RawClient
before(async () => {
  registry = await testRegistry()
  call = registry.call
})
after(() => registry[Symbol.asyncDispose]())

const NOWHERE = digestOf('nowhere')
const json = ({ body }: Answer) => JSON.parse(body.toString())

test('end-1: GET /v2/ says that the protocol is spoken', async () => {
  for (const path of ['/v2/', '/v2']) {
    const { status, headers } = await call('GET', path)
    assert.equal(status, 200)
    assert.equal(headers['docker-distribution-api-version'], 'registry/2.0')
  }
})

test('Pull: a manifest by tag and by digest, as it was pushed, with type, length and digest', async () => {
  const { bytes, digest } = await pushImage(call, 'pull/manifest', 'v1')
  for (const reference of ['v1', digest]) {
    const got = await call('GET', `/v2/pull/manifest/manifests/${reference}`)
    assert.equal(got.status, 200)
    assert.deepEqual(got.body, bytes)
    const head = await call('HEAD', `/v2/pull/manifest/manifests/${reference}`)
    assert.equal(head.body.length, 0)
    for (const { headers } of [got, head]) {
      assert.equal(headers['content-type'], OCI_MANIFEST)
      assert.equal(headers['content-length'], String(bytes.length))
      assert.equal(headers['docker-content-digest'], digest)
    }
  }
})

test('Pull: a manifest that is not there is 404 MANIFEST_UNKNOWN', async () => {
  await pushImage(call, 'pull/missing', 'v1')
  for (const reference of ['v2', NOWHERE]) {
    const { status, codes } = await call('GET', `/v2/pull/missing/manifests/${reference}`)
    assert.deepEqual([status, codes], [404, ['MANIFEST_UNKNOWN']])
    assert.equal((await call('HEAD', `/v2/pull/missing/manifests/${reference}`)).status, 404)
  }
})

test('Pull: what Accept does not name is not sent', async () => {
  await pushImage(call, 'pull/accept', 'v1')
  const get = async (accept: string) =>
    (await call('GET', '/v2/pull/accept/manifests/v1', { headers: { accept } })).status
  assert.equal(await get(OCI_INDEX), 404)
  assert.equal(await get(`${OCI_MANIFEST};q=0`), 404)
  assert.equal(await get(`${OCI_INDEX}, ${OCI_MANIFEST}`), 200)
  assert.equal(await get('*/*'), 200)
})

test('Pull: a blob, its HEAD, and a part of it by Range', async () => {
  const digest = await pushBlob(call, 'pull/blob', '0123456789')
  const path = `/v2/pull/blob/blobs/${digest}`
  const got = await call('GET', path)
  assert.deepEqual([got.status, got.body.toString()], [200, '0123456789'])
  const head = await call('HEAD', path)
  assert.deepEqual([head.status, head.headers['content-length'], head.body.length], [200, '10', 0])
  assert.equal(head.headers['docker-content-digest'], digest)
  const part = await call('GET', path, { headers: { range: 'bytes=2-4' } })
  assert.deepEqual([part.status, part.body.toString()], [206, '234'])
  assert.equal(part.headers['content-range'], 'bytes 2-4/10')
  const beyond = await call('GET', path, { headers: { range: 'bytes=10-' } })
  assert.deepEqual([beyond.status, beyond.headers['content-range']], [416, 'bytes */10'])
})

test('Pull: conditions (RFC 9110): If-None-Match and If-Range', async () => {
  const digest = await pushBlob(call, 'pull/etag', '0123456789')
  const path = `/v2/pull/etag/blobs/${digest}`
  const { headers } = await call('HEAD', path)
  assert.equal(headers['etag'], `"${digest}"`)
  assert.equal((await call('GET', path, { headers: { 'if-none-match': `"${digest}"` } })).status, 304)
  const stale = await call('GET', path, { headers: { range: 'bytes=0-0', 'if-range': '"other"' } })
  assert.deepEqual([stale.status, stale.body.length], [200, 10])
})

test('Pull: a blob of another repository is 404 BLOB_UNKNOWN', async () => {
  const digest = await pushBlob(call, 'pull/mine', 'private')
  const { status, codes } = await call('GET', `/v2/pull/yours/blobs/${digest}`)
  assert.deepEqual([status, codes], [404, ['BLOB_UNKNOWN']])
})

test('Push: POST then PUT', async () => {
  const content = 'post and put'
  const begun = await call('POST', '/v2/push/two/blobs/uploads/', { body: '' })
  assert.equal(begun.status, 202)
  const location = begun.headers['location'] ?? ''
  const done = await call('PUT', `${location}?digest=${digestOf(content)}`, {
    body: content,
    headers: { 'content-type': 'application/octet-stream' },
  })
  assert.equal(done.status, 201)
  const pulled = await call('GET', done.headers['location'] ?? '')
  assert.equal(pulled.body.toString(), content)
})

test('Push: a single POST with ?digest=, of both algorithms', async () => {
  for (const algorithm of ['sha256', 'sha512'] as const) {
    const digest = digestOf('single post', algorithm)
    const done = await call('POST', `/v2/push/one/blobs/uploads/?digest=${digest}`, { body: 'single post' })
    assert.deepEqual([done.status, done.headers['location']], [201, `/v2/push/one/blobs/${digest}`])
    assert.equal((await call('GET', `/v2/push/one/blobs/${digest}`)).body.toString(), 'single post')
  }
})

test('Push in chunks: each answer tells Location and Range, GET tells them again', async () => {
  const begun = await call('POST', '/v2/push/chunks/blobs/uploads/', { headers: { 'content-length': '0' } })
  let location = begun.headers['location'] ?? ''
  const first = await call('PATCH', location, { body: 'hello ', headers: { 'content-range': '0-5' } })
  assert.deepEqual([first.status, first.headers['range']], [202, '0-5'])
  location = first.headers['location'] ?? ''
  const status = await call('GET', location)
  assert.deepEqual([status.status, status.headers['range']], [204, '0-5'])
  const second = await call('PATCH', location, { body: 'wor', headers: { 'content-range': '6-8' } })
  assert.equal(second.headers['range'], '0-8')
  const done = await call('PUT', `${location}?digest=${digestOf('hello world')}`, {
    body: 'ld',
    headers: { 'content-range': '9-10' },
  })
  assert.equal(done.status, 201)
  assert.equal((await call('GET', location)).status, 404)
})

test('Push in chunks: out of order is 416 with the Range that is there, and nothing is changed', async () => {
  const { headers } = await call('POST', '/v2/push/order/blobs/uploads/')
  const location = headers['location'] ?? ''
  await call('PATCH', location, { body: 'hello ', headers: { 'content-range': '0-5' } })
  for (const range of ['0-4', '7-11', 'abc', '9-2']) {
    const wrong = await call('PATCH', location, { body: 'world', headers: { 'content-range': range } })
    assert.ok([400, 416].includes(wrong.status), `${range}: ${wrong.status}`)
  }
  const skipped = await call('PATCH', location, { body: 'world', headers: { 'content-range': '7-11' } })
  assert.deepEqual([skipped.status, skipped.codes, skipped.headers['range']], [416, ['RANGE_INVALID'], '0-5'])
  const late = await call('PUT', `${location}?digest=${digestOf('hello world')}`, {
    body: 'world',
    headers: { 'content-range': '7-11' },
  })
  assert.equal(late.status, 416)
  assert.equal((await call('PUT', `${location}?digest=${digestOf('hello world')}`, { body: 'world' })).status, 201)
})

test('Push: what does not match its digest is 400 DIGEST_INVALID and gone', async () => {
  const { headers } = await call('POST', '/v2/push/wrong/blobs/uploads/')
  const location = headers['location'] ?? ''
  const wrong = await call('PUT', `${location}?digest=${NOWHERE}`, { body: 'somewhere' })
  assert.deepEqual([wrong.status, wrong.codes], [400, ['DIGEST_INVALID']])
  assert.equal((await call('GET', location)).status, 404)
  assert.equal((await call('HEAD', `/v2/push/wrong/blobs/${NOWHERE}`)).status, 404)
  assert.equal((await call('POST', `/v2/push/wrong/blobs/uploads/?digest=${NOWHERE}`, { body: 'x' })).status, 400)
})

test('Push: an upload can be cancelled', async () => {
  const { headers } = await call('POST', '/v2/push/cancel/blobs/uploads/')
  const location = headers['location'] ?? ''
  await call('PATCH', location, { body: 'something' })
  assert.equal((await call('DELETE', location)).status, 204)
  const gone = await call('PATCH', location, { body: 'more' })
  assert.deepEqual([gone.status, gone.codes], [404, ['BLOB_UPLOAD_UNKNOWN']])
})

test('Mounting: 201 with the Location where the other repository has it, with or without from; else 202', async () => {
  const digest = await pushBlob(call, 'mount/from', 'mounted')
  const mounted = await call('POST', `/v2/mount/to/blobs/uploads/?mount=${digest}&from=mount/from`)
  assert.deepEqual([mounted.status, mounted.headers['location']], [201, `/v2/mount/to/blobs/${digest}`])
  assert.equal((await call('GET', `/v2/mount/to/blobs/${digest}`)).body.toString(), 'mounted')
  assert.equal((await call('POST', `/v2/mount/any/blobs/uploads/?mount=${digest}`)).status, 201)
  const missing = await call('POST', `/v2/mount/to/blobs/uploads/?mount=${NOWHERE}&from=mount/from`)
  assert.equal(missing.status, 202)
  assert.match(missing.headers['location'] ?? '', /\/v2\/mount\/to\/blobs\/uploads\/./)
  assert.equal((await call('POST', `/v2/mount/to/blobs/uploads/?mount=${digest}&from=mount/none`)).status, 202)
})

test('Pushing manifests: 201, Location, byte by byte; a wrong digest, a missing blob and a wrong size are refused', async () => {
  const manifest = manifestOf('{"a":1}', 'a layer')
  const before = await putManifest(call, 'put/one', 'v1', manifest.bytes)
  assert.deepEqual([before.status, before.codes], [404, ['MANIFEST_BLOB_UNKNOWN']])
  await pushBlob(call, 'put/one', '{"a":1}')
  await pushBlob(call, 'put/one', 'a layer')
  const put = await putManifest(call, 'put/one', 'v1', manifest.bytes)
  assert.equal(put.status, 201)
  assert.equal(put.headers['location'], `/v2/put/one/manifests/${manifest.digest}`)
  assert.equal(put.headers['docker-content-digest'], manifest.digest)
  assert.deepEqual((await putManifest(call, 'put/one', NOWHERE, manifest.bytes)).codes, ['DIGEST_INVALID'])
  const lying = manifest.bytes.toString().replace('"size":7', '"size":8')
  assert.deepEqual((await putManifest(call, 'put/one', 'v2', lying)).codes, ['SIZE_INVALID'])
})

test('Pushing manifests: by sha512 too', async () => {
  const { bytes } = await pushImage(call, 'put/sha512', 'v1')
  const digest = digestOf(bytes, 'sha512')
  assert.equal((await putManifest(call, 'put/sha512', digest, bytes)).status, 201)
  assert.deepEqual((await call('GET', `/v2/put/sha512/manifests/${digest}`)).body, bytes)
})

test('Pushing manifests: an index needs its manifests; artifacts of any type are taken', async () => {
  const { digest, bytes } = await pushImage(call, 'put/index', undefined)
  const entry = { mediaType: OCI_MANIFEST, digest, size: bytes.length }
  const index = (manifests: object[]) => JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests })
  assert.equal((await putManifest(call, 'put/index', 'all', index([entry]), OCI_INDEX)).status, 201)
  const missing = index([entry, { ...entry, digest: NOWHERE }])
  assert.deepEqual((await putManifest(call, 'put/index', 'some', missing, OCI_INDEX)).codes, ['MANIFEST_BLOB_UNKNOWN'])
  const members = { artifactType: 'application/vnd.example.anything' }
  assert.equal((await pushImage(call, 'put/index', 'artifact', { members })).bytes.length > 0, true)
})

test('Pushing manifests: documents of two meanings and of no meaning are MANIFEST_INVALID (S68)', async () => {
  const { bytes } = await pushImage(call, 'put/bad', 'v1')
  const document = JSON.parse(bytes.toString())
  const bad: [string | Buffer, string?][] = [
    ['', OCI_MANIFEST],
    ['{', OCI_MANIFEST],
    ['null', OCI_MANIFEST],
    [JSON.stringify({ ...document, manifests: [] }), OCI_MANIFEST],
    [JSON.stringify({ ...document, schemaVersion: 1 }), OCI_MANIFEST],
    [JSON.stringify({ ...document, mediaType: OCI_INDEX }), OCI_MANIFEST],
    [JSON.stringify({ ...document, Layers: [] }), OCI_MANIFEST],
    [bytes, OCI_INDEX],
    [bytes, 'application/vnd.docker.distribution.manifest.v1+prettyjws'],
    [bytes, 'text/html'],
  ]
  for (const [body, type] of bad) {
    const { status, codes } = await putManifest(call, 'put/bad', 'bad', body, type)
    assert.deepEqual([status, codes], [400, ['MANIFEST_INVALID']], String(body).slice(0, 80))
  }
  assert.equal((await call('GET', '/v2/put/bad/manifests/bad')).status, 404)
})

test('Pushing manifests: at most 4 MiB', async () => {
  const { status, codes } = await putManifest(call, 'put/huge', 'v1', Buffer.alloc(4 * 1024 * 1024 + 1, ' '))
  assert.deepEqual([status, codes], [413, ['MANIFEST_INVALID']])
})

test('Listing tags: in order, in pages of n after last, with a Link to the next', async () => {
  for (const tag of ['b', 'a', 'B', 'c10', 'c9']) await pushImage(call, 'tags/all', tag)
  assert.deepEqual(json(await call('GET', '/v2/tags/all/tags/list')), {
    name: 'tags/all',
    tags: ['B', 'a', 'b', 'c10', 'c9'],
  })
  const seen: string[][] = []
  for (let path: string | undefined = '/v2/tags/all/tags/list?n=2'; path !== undefined; ) {
    const page = await call('GET', path)
    seen.push(json(page).tags)
    path = /^<([^>]+)>; rel="next"$/.exec(page.headers['link'] ?? '')?.[1]
  }
  assert.deepEqual(seen, [['B', 'a'], ['b', 'c10'], ['c9']])
  assert.deepEqual(json(await call('GET', '/v2/tags/all/tags/list?last=b')).tags, ['c10', 'c9'])
  const none = await call('GET', '/v2/tags/all/tags/list?n=0')
  assert.deepEqual([json(none).tags, none.headers['link']], [[], undefined])
  assert.deepEqual((await call('GET', '/v2/tags/none/tags/list')).codes, ['NAME_UNKNOWN'])
})

test('the catalog comes in pages, and no number makes it large (S76)', async () => {
  await using own = await testRegistry()
  for (const name of ['c/d', 'a', 'b']) await pushBlob(own.call, name, 'x')
  const first = await own.call('GET', '/v2/_catalog?n=2')
  assert.deepEqual(json(first), { repositories: ['a', 'b'] })
  assert.match(first.headers['link'] ?? '', /^<\/v2\/_catalog\?n=2&last=b>/)
  assert.deepEqual(json(await own.call('GET', '/v2/_catalog?n=2&last=b')), { repositories: ['c/d'] })
  for (const n of ['-1', 'x', '999999999', '1e9', '']) {
    assert.deepEqual((await own.call('GET', `/v2/_catalog?n=${n}`)).codes, ['PAGINATION_NUMBER_INVALID'], n)
  }
})

test('Referrers: OCI-Subject at the push, then listed with type and annotations, filtered on demand', async () => {
  const subject = await pushImage(call, 'refer/one', 'v1')
  const descriptor = { mediaType: OCI_MANIFEST, digest: subject.digest, size: subject.bytes.length }
  const members = { subject: descriptor, artifactType: 'application/vnd.sig', annotations: { by: 'me' } }
  await pushBlob(call, 'refer/one', 'signature')
  const sig = manifestOf('{}', 'signature', members)
  const put = await putManifest(call, 'refer/one', sig.digest, sig.bytes)
  assert.deepEqual([put.status, put.headers['oci-subject']], [201, subject.digest])
  const sbom = manifestOf('{}', 'layer', { subject: descriptor })
  assert.equal((await putManifest(call, 'refer/one', 'sbom', sbom.bytes)).status, 201)

  const all = await call('GET', `/v2/refer/one/referrers/${subject.digest}`)
  assert.equal(all.headers['content-type'], OCI_INDEX)
  const listed = json(all).manifests as { digest: string; artifactType: string; annotations?: object; size: number }[]
  assert.deepEqual(new Set(listed.map(({ digest }) => digest)), new Set<string>([sig.digest, sbom.digest]))
  const found = listed.find(({ digest }) => digest === sig.digest)
  assert.deepEqual(found, {
    mediaType: OCI_MANIFEST,
    digest: sig.digest,
    size: sig.bytes.length,
    artifactType: 'application/vnd.sig',
    annotations: { by: 'me' },
  })
  // Without an artifactType, the type of the config stands for it.
  const other = listed.find(({ digest }) => digest === sbom.digest)
  assert.equal(other?.artifactType, 'application/vnd.oci.image.config.v1+json')
  const some = await call('GET', `/v2/refer/one/referrers/${subject.digest}?artifactType=application/vnd.sig`)
  assert.deepEqual([json(some).manifests.length, some.headers['oci-filters-applied']], [1, 'artifactType'])
})

test('Referrers: an unknown subject has none, a malformed digest is 400, and what is deleted is not listed', async () => {
  const none = await call('GET', `/v2/refer/two/referrers/${NOWHERE}`)
  assert.deepEqual([none.status, json(none).manifests], [200, []])
  assert.equal((await call('GET', '/v2/refer/two/referrers/sha256:xyz')).status, 400)
  const early = { subject: { mediaType: OCI_MANIFEST, digest: NOWHERE, size: 7 } }
  const { digest } = await pushImage(call, 'refer/two', undefined, { members: early })
  assert.equal(json(await call('GET', `/v2/refer/two/referrers/${NOWHERE}`)).manifests.length, 1)
  await call('DELETE', `/v2/refer/two/manifests/${digest}`)
  assert.equal(json(await call('GET', `/v2/refer/two/referrers/${NOWHERE}`)).manifests.length, 0)
})

test('Referrers: what an older client listed under the fallback tag counts too', async () => {
  const subject = await pushImage(call, 'refer/three', 'v1')
  const old = await pushImage(call, 'refer/three', undefined, { members: { artifactType: 'application/vnd.old' } })
  const entry = { mediaType: OCI_MANIFEST, digest: old.digest, size: old.bytes.length }
  const index = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [entry] })
  const tag = subject.digest.replace(':', '-')
  assert.equal((await putManifest(call, 'refer/three', tag, index, OCI_INDEX)).status, 201)
  const { manifests } = json(await call('GET', `/v2/refer/three/referrers/${subject.digest}`))
  assert.deepEqual(
    manifests.map(({ digest }: { digest: string }) => digest),
    [old.digest],
  )
})

test('Deleting tags: the tag goes, the manifest stays', async () => {
  const { digest } = await pushImage(call, 'delete/tag', 'v1')
  assert.equal((await call('DELETE', '/v2/delete/tag/manifests/v1')).status, 202)
  assert.equal((await call('GET', '/v2/delete/tag/manifests/v1')).status, 404)
  assert.equal((await call('GET', `/v2/delete/tag/manifests/${digest}`)).status, 200)
  assert.deepEqual((await call('DELETE', '/v2/delete/tag/manifests/v1')).codes, ['MANIFEST_UNKNOWN'])
})

test('Deleting manifests: with their tags; blobs after them, never before', async () => {
  const { digest, layer } = await pushImage(call, 'delete/all', 'v1')
  const early = await call('DELETE', `/v2/delete/all/blobs/${layer}`)
  assert.deepEqual([early.status, early.codes], [405, ['DENIED']])
  assert.equal((await call('DELETE', `/v2/delete/all/manifests/${digest}`)).status, 202)
  for (const reference of ['v1', digest]) {
    assert.equal((await call('GET', `/v2/delete/all/manifests/${reference}`)).status, 404)
  }
  assert.equal((await call('DELETE', `/v2/delete/all/blobs/${layer}`)).status, 202)
  assert.equal((await call('GET', `/v2/delete/all/blobs/${layer}`)).status, 404)
  assert.deepEqual((await call('DELETE', `/v2/delete/all/blobs/${layer}`)).codes, ['BLOB_UNKNOWN'])
})

test('Error codes: names, tags, digests and methods that are none', async () => {
  const expect: [string, string, number, string][] = [
    ['GET', '/v2/UPPER/tags/list', 400, 'NAME_INVALID'],
    ['GET', '/v2/a//b/tags/list', 400, 'NAME_INVALID'],
    ['GET', `/v2/${'a'.repeat(256)}/tags/list`, 400, 'NAME_INVALID'],
    ['GET', '/v2/a/manifests/.tag', 400, 'TAG_INVALID'],
    ['GET', '/v2/a/blobs/sha256:short', 400, 'DIGEST_INVALID'],
    ['GET', '/v2/a/blobs/md5:d41d8cd98f00b204e9800998ecf8427e', 400, 'DIGEST_INVALID'],
    ['POST', '/v2/', 405, 'UNSUPPORTED'],
    ['GET', '/v2/a/blobs/uploads/', 405, 'UNSUPPORTED'],
    ['GET', '/v3/', 404, 'UNSUPPORTED'],
  ]
  for (const [method, path, status, code] of expect) {
    const answer = await call(method, path)
    assert.deepEqual([answer.status, answer.codes], [status, [code]], `${method} ${path}`)
    assert.equal(answer.headers['content-type'], 'application/json')
  }
})
