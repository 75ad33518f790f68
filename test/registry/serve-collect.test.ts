/** What a collection removes, and what it never does. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestOf, OCI_INDEX, OCI_MANIFEST } from '#oci'
import { DEFAULT_RETENTION } from '#registry/serve'
import {
  manifestOf,
  pushBlob,
  pushImage,
  putManifest,
  type TestRegistry,
  testRegistry,
} from '../support/registry-server.ts'

const DAY = 24 * 3600 * 1000
const collect = ({ store }: TestRegistry, untagged: number | undefined, dryRun = false) =>
  store.collect({ retention: { ...DEFAULT_RETENTION, untagged }, dryRun })
const status = async ({ call }: TestRegistry, path: string) => (await call('HEAD', path)).status

test('tagged images stay whole: manifest, index with its children, signatures of what stays', async () => {
  await using at = await testRegistry()
  const child = await pushImage(at.call, 'app', undefined, { layer: 'of the child' })
  const entry = { mediaType: OCI_MANIFEST, digest: child.digest, size: child.bytes.length }
  const index = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [entry] })
  await putManifest(at.call, 'app', 'all', index, OCI_INDEX)
  const signature = await pushImage(at.call, 'app', undefined, { layer: 'signature', members: { subject: entry } })
  const single = await pushImage(at.call, 'app', 'single', { layer: 'single' })
  at.later(365 * DAY)
  assert.deepEqual(await collect(at, 0), { manifests: [], blobs: [], uploads: [], bytes: 0 })
  for (const digest of [child.digest, signature.digest, single.digest, digestOf(index)]) {
    assert.equal(await status(at, `/v2/app/manifests/${digest}`), 200)
  }
  for (const { layer } of [child, signature, single]) assert.equal(await status(at, `/v2/app/blobs/${layer}`), 200)
})

test('what lost its last tag goes with its signatures and layers when its time is over, counted from the loss', async () => {
  await using at = await testRegistry()
  const old = await pushImage(at.call, 'app', 'v1', { layer: 'old layer', config: '{"old":1}' })
  const subject = { mediaType: OCI_MANIFEST, digest: old.digest, size: old.bytes.length }
  const signature = await pushImage(at.call, 'app', undefined, { layer: 'signature', members: { subject } })
  at.later(10 * DAY)
  const fresh = await pushImage(at.call, 'app', 'v1', { layer: 'new layer' })
  at.later(DAY)
  assert.deepEqual((await collect(at, 2 * DAY)).manifests, [])
  at.later(2 * DAY)
  assert.deepEqual((await collect(at, undefined)).manifests, [], 'without a duration all are kept')
  const dry = await collect(at, 2 * DAY, true)
  assert.equal(await status(at, `/v2/app/manifests/${old.digest}`), 200)
  const gone = await collect(at, 2 * DAY)
  assert.deepEqual(gone, dry)
  assert.deepEqual(new Set(gone.manifests), new Set([`app@${old.digest}`, `app@${signature.digest}`]))
  const digests = [old.digest, old.layer, old.config, signature.digest, signature.layer]
  assert.deepEqual(new Set(gone.blobs), new Set(digests))
  for (const digest of digests) assert.equal(await at.store.deps.content.has(digest), false)
  assert.equal(await status(at, `/v2/app/manifests/${fresh.digest}`), 200)
  assert.equal(await status(at, `/v2/app/blobs/${fresh.config}`), 200)
})

test('a blob without a manifest waits a day, and longer where somebody has asked for it', async () => {
  await using at = await testRegistry()
  const [asked, forgotten] = [await pushBlob(at.call, 'app', 'asked for'), await pushBlob(at.call, 'app', 'forgotten')]
  assert.deepEqual((await collect(at, 0)).blobs, [])
  at.later(2 * DAY)
  assert.equal(await status(at, `/v2/app/blobs/${asked}`), 200)
  assert.deepEqual((await collect(at, 0)).blobs, [forgotten])
  await pushBlob(at.call, 'app', '{}')
  assert.equal((await putManifest(at.call, 'app', 'v1', manifestOf('{}', 'asked for').bytes)).status, 201)
})

test('a blob that another repository has is only unlinked', async () => {
  await using at = await testRegistry()
  const { layer } = await pushImage(at.call, 'kept', 'v1')
  await pushBlob(at.call, 'other', 'layer')
  at.later(2 * DAY)
  assert.deepEqual((await collect(at, 0)).blobs, [])
  assert.equal(await status(at, `/v2/other/blobs/${layer}`), 404)
  assert.equal(await status(at, `/v2/kept/blobs/${layer}`), 200)
  assert.deepEqual(JSON.parse((await at.call('GET', '/v2/_catalog')).body.toString()), { repositories: ['kept'] })
})

test('uploads that nobody goes on with go, others stay', async () => {
  await using at = await testRegistry()
  const begin = async () => (await at.call('POST', '/v2/app/blobs/uploads/')).headers['location'] ?? ''
  const empty = await begin()
  at.later(8 * DAY)
  const young = await begin()
  await at.call('PATCH', young, { body: 'some' })
  const gone = await collect(at, undefined)
  assert.deepEqual(gone.uploads, [empty.split('/').at(-1)])
  assert.equal((await at.call('GET', empty)).status, 404)
  assert.equal((await at.call('GET', young)).headers['range'], '0-3')
})

test('collections while pushes, retags and deletions go on lose no tagged image', async () => {
  await using at = await testRegistry()
  let pushing = true
  let collections = 0
  const collecting = (async () => {
    while (pushing) {
      // Everything that nothing keeps goes at once: only what is pushed at this moment is spared.
      await at.store.collect({ retention: { untagged: 0, unreferenced: 1000, uploads: 1000 }, dryRun: false })
      collections++
    }
  })()
  const push = async (worker: number) => {
    for (let round = 0; round < 12; round++) {
      // All share one layer, each has one of its own, and tags move.
      const { digest } = await pushImage(at.call, `w${worker}`, `t${round % 3}`, {
        layer: `shared by round ${round}`,
        config: JSON.stringify({ worker, round }),
      })
      if (round % 4 === 3) await at.call('DELETE', `/v2/w${worker}/manifests/${digest}`)
    }
  }
  await Promise.all([1, 2, 3, 4].map(push))
  pushing = false
  await collecting
  assert.ok(collections > 1)
  await collect(at, 0)
  for (const worker of [1, 2, 3, 4]) {
    const { tags } = JSON.parse((await at.call('GET', `/v2/w${worker}/tags/list`)).body.toString())
    assert.ok(tags.length > 0)
    for (const tag of tags) {
      const { body } = await at.call('GET', `/v2/w${worker}/manifests/${tag}`)
      const { config, layers } = JSON.parse(body.toString())
      for (const { digest } of [config, ...layers]) {
        assert.equal((await at.call('GET', `/v2/w${worker}/blobs/${digest}`)).status, 200)
      }
    }
  }
})
