/** Our registry server and Debian's docker-registry, asked the same things: status, codes and telling headers. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { digestOf, OCI_INDEX, OCI_MANIFEST } from '#oci'
import { missingPrograms, type RunningRegistry, startDockerRegistry } from '../support/docker-registry.ts'
import {
  type Answer,
  manifestOf,
  pushBlob,
  pushImage,
  type RawClient,
  rawClient,
  type TestRegistry,
  testRegistry,
} from '../support/registry-server.ts'

const skip = missingPrograms('docker-registry')
const work = mkdtempSync(join(tmpdir(), 'gantry-compared-'))
let theirs: RunningRegistry | undefined
let ours: TestRegistry
const clients = () => [ours.call, rawClient(theirs?.host ?? '')] as const

before(async () => {
  if (skip !== false) return
  ours = await testRegistry()
  theirs = await startDockerRegistry(work)
})
after(async () => {
  await theirs?.stop()
  await ours?.[Symbol.asyncDispose]()
  rmSync(work, { recursive: true })
})

/** Headers that clients act on; addresses and ids are each registry's own. */
const HEADERS = ['content-type', 'content-length', 'docker-content-digest', 'range', 'content-range', 'etag']

function shape({ status, headers, codes, body }: Answer) {
  const told = HEADERS.flatMap(name => (headers[name] === undefined ? [] : [`${name}: ${headers[name]}`]))
  const isError = codes.length > 0
  const kept = isError ? [] : told.map(line => line.replace('; charset=utf-8', ''))
  // Parameters and order of members in JSON are each registry's own.
  const listing = (headers['content-type'] ?? '').startsWith('application/json')
  return {
    status,
    codes,
    headers: kept.filter(line => !(listing && line.startsWith('content-length'))),
    path: headers['location']?.replace(/^https?:\/\/[^/]+/, '').replace(/\/uploads\/[^?]+.*/, '/uploads/ID'),
    link: headers['link']?.replace(/^<(?:https?:\/\/[^/]+)?/, '<').replace(/[?&](n|last)=[^&>]*/g, ''),
    body: isError ? undefined : listing ? JSON.parse(body.toString()) : body.toString(),
  }
}

/** Does the same with both, and compares everything that they answer. */
async function compare(story: (call: RawClient) => Promise<(Answer | undefined)[]>): Promise<void> {
  const [mine, reference] = await Promise.all(
    clients().map(async call => (await story(call)).flatMap(answer => (answer === undefined ? [] : [shape(answer)]))),
  )
  assert.deepEqual(mine, reference)
}

const NOWHERE = digestOf('nowhere')

test('what is read', { skip }, () =>
  compare(async call => {
    const { digest, layer } = await pushImage(call, 'read/app', 'v1')
    const accept = { accept: OCI_MANIFEST }
    return [
      await call('GET', '/v2/'),
      await call('GET', '/v2/read/app/manifests/v1', { headers: accept }),
      await call('HEAD', '/v2/read/app/manifests/v1', { headers: accept }),
      await call('GET', `/v2/read/app/manifests/${digest}`, { headers: accept }),
      await call('GET', '/v2/read/app/manifests/v1', { headers: { accept: OCI_INDEX } }),
      await call('GET', '/v2/read/app/manifests/v2', { headers: accept }),
      await call('GET', `/v2/read/app/manifests/${NOWHERE}`, { headers: accept }),
      await call('GET', `/v2/read/app/blobs/${layer}`),
      await call('GET', `/v2/read/app/blobs/${layer}`, { headers: { range: 'bytes=1-2' } }),
      await call('HEAD', `/v2/read/app/blobs/${layer}`),
      await call('GET', `/v2/read/app/blobs/${NOWHERE}`),
      await call('GET', `/v2/read/other/blobs/${layer}`),
      await call('GET', '/v2/read/app/tags/list'),
      await call('GET', '/v2/read/none/tags/list'),
    ]
  }),
)

test('the catalog and its pages', { skip }, () =>
  compare(async call => {
    for (const name of ['catalog/a', 'catalog/b', 'catalog/c']) await pushImage(call, name, 'v1')
    return [
      await call('GET', '/v2/_catalog?n=999999999'),
      await call('GET', '/v2/_catalog?n=2&last=c'),
      await call('GET', '/v2/_catalog?n=2&last=catalog/a'),
    ].map(answer => ({ ...answer, headers: { ...answer.headers, 'content-length': undefined } }))
  }),
)

test('uploads, whole and in chunks', { skip }, () =>
  compare(async call => {
    const begun = await call('POST', '/v2/push/app/blobs/uploads/')
    let location = (begun.headers['location'] ?? '').replace(/^https?:\/\/[^/]+/, '')
    const patched = await call('PATCH', location, { body: 'hello ' })
    location = (patched.headers['location'] ?? '').replace(/^https?:\/\/[^/]+/, '')
    const state = await call('GET', location)
    const separator = location.includes('?') ? '&' : '?'
    const done = await call('PUT', `${location}${separator}digest=${digestOf('hello world')}`, { body: 'world' })
    const again = await call('POST', '/v2/push/app/blobs/uploads/')
    const other = (again.headers['location'] ?? '').replace(/^https?:\/\/[^/]+/, '')
    const join = other.includes('?') ? '&' : '?'
    return [
      begun,
      patched,
      state,
      done,
      await call('PUT', `${other}${join}digest=${NOWHERE}`, { body: 'somewhere' }),
      await call('GET', `/v2/push/app/blobs/${digestOf('hello world')}`),
    ]
  }),
)

test('mounts, deletions and refusals', { skip }, () =>
  compare(async call => {
    const digest = await pushBlob(call, 'mount/from', 'mounted')
    const unknown = manifestOf('{"no":1}', 'not here')
    return [
      await call('POST', `/v2/mount/to/blobs/uploads/?mount=${digest}&from=mount/from`),
      await call('POST', `/v2/mount/to/blobs/uploads/?mount=${NOWHERE}&from=mount/from`),
      await call('PUT', '/v2/mount/to/manifests/v1', { body: '{', headers: { 'content-type': OCI_MANIFEST } }),
      await call('PUT', `/v2/mount/to/manifests/${NOWHERE}`, {
        body: unknown.bytes,
        headers: { 'content-type': OCI_MANIFEST },
      }),
      await call('GET', '/v2/mount/to/blobs/sha256:short'),
    ]
  }),
)

/** Method, path, our answer and theirs, and why they are not the same. */
const DIFFERENCES: readonly (readonly [string, string, string, string, string])[] = [
  ['GET', '/v2/_catalog?n=-1', '400 PAGINATION_NUMBER_INVALID', '200 ', 'nobody can mean it'],
  ['GET', '/v2/UPPER/tags/list', '400 NAME_INVALID', '404 ', 'the specification has a code for it'],
  ['POST', `/v2/one/blobs/uploads/?digest=${digestOf('one')}`, '201 ', '202 ', 'the specification lets one request do'],
  ['GET', `/v2/one/referrers/${NOWHERE}`, '200 ', '404 ', 'they have no referrers API'],
  ['GET', '/v2/one/blobs/uploads/', '405 UNSUPPORTED', '404 BLOB_UPLOAD_UNKNOWN', 'no upload is named'],
]

test('where the two differ, they do so on purpose', { skip }, async () => {
  const [mine, reference] = clients()
  const text = ({ status, codes }: Answer) => `${status} ${codes.join()}`
  for (const [method, path, expectedOfOurs, expectedOfTheirs, why] of DIFFERENCES) {
    const options = method === 'POST' ? { body: 'one' } : {}
    assert.equal(text(await mine(method, path, options)), expectedOfOurs, `${path}: ours, ${why}`)
    assert.equal(text(await reference(method, path, options)), expectedOfTheirs, `${path}: theirs, ${why}`)
  }
})
