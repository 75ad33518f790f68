/** Resolving and fetching, where all goes well and where there is nothing to fetch. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  DOCKER_MANIFEST,
  digestOf,
  matchingManifests,
  OCI_INDEX,
  OCI_MANIFEST,
  parseImageConfig,
  parsePlatform,
  parseReference,
  withDigest,
} from '#oci'
import { error, ScriptedRegistry } from '../support/registry.ts'
import { testClient } from '../support/registry-client.ts'

const LAYER = Buffer.alloc(300_000, 'layer')

test('a whole image: tag, manifest, configuration, layers', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testClient()
  const image = registry.addImage('team/app', '1', [LAYER, Buffer.alloc(0)])
  const reference = parseReference(`${registry.host}/team/app:1`)
  const session = at.client.session()
  const resolved = await session.resolve(reference)
  assert.deepEqual(resolved, image.manifest)
  assert.deepEqual(
    registry.requests.map(({ method, url }) => `${method} ${url}`),
    ['HEAD /v2/team/app/manifests/1'],
  )
  const { document, descriptor } = await session.fetchDocument(reference, { descriptor: resolved })
  assert.deepEqual(descriptor, resolved)
  assert.ok(document.kind === 'manifest')
  const config = parseImageConfig(await session.fetchBytes(reference, document.config, { limit: 1000 }))
  assert.equal(config.id, image.config.digest)
  const seen: number[] = []
  for (const layer of document.layers) {
    await session.fetchBlob(reference, layer, at.store, { progress: bytes => void seen.push(bytes) })
    assert.equal(await at.store.verify(layer.digest), true)
  }
  assert.equal(seen.at(-1), LAYER.length)
  assert.deepEqual(at.slept, [])
  // One that TLS was tried on, two that the requests took in turns.
  assert.ok(registry.connections <= 3, `${registry.connections} connections`)
})

test('what is stored already is not fetched', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testClient()
  const layer = registry.addBlob('app', LAYER)
  await at.store.put(LAYER)
  const session = at.client.session()
  await session.fetchBlob(parseReference(`${registry.host}/app`), layer, at.store)
  const data = Buffer.from('{}')
  const inline = { ...registry.addBlob('app', data), data }
  const bytes = await session.fetchBytes(parseReference(`${registry.host}/app`), inline, { limit: 10 })
  assert.equal(bytes.toString(), '{}')
  assert.deepEqual(registry.requests, [])
})

test('two pulls of one layer fetch it once', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testClient()
  const layer = registry.addBlob('app', LAYER)
  const reference = parseReference(`${registry.host}/app`)
  const fetch = () => at.client.session().fetchBlob(reference, layer, at.store)
  await Promise.all([fetch(), fetch(), fetch()])
  assert.equal(registry.seen(/blobs/).length, 1)
})

test('an index, and the manifest of a platform in it', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testClient()
  const platforms = [
    { os: 'linux', architecture: 'arm64' },
    { os: 'linux', architecture: 'amd64' },
  ]
  const manifests = platforms.map((platform, i) => {
    const { mediaType, digest, size } = registry.addImage('app', `part${i}`, [LAYER], platform).manifest
    return { mediaType, digest, size, platform }
  })
  registry.addManifest('app', { schemaVersion: 2, mediaType: OCI_INDEX, manifests }, OCI_INDEX, 'latest')
  const reference = parseReference(`${registry.host}/app`)
  const session = at.client.session()
  const { document } = await session.fetchDocument(reference)
  assert.ok(document.kind === 'index')
  const [best] = matchingManifests(document.manifests, parsePlatform('linux/amd64'))
  assert.ok(best !== undefined)
  assert.equal(best.digest, manifests[1]?.digest)
  assert.equal((await session.fetchDocument(reference, { descriptor: best })).document.kind, 'manifest')
})

test('a registry whose HEAD says too little is asked with GET', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testClient()
  const { manifest } = registry.addImage('app', '1', [])
  const reference = parseReference(`${registry.host}/app:1`)
  const cases = [
    { kind: 'headers', headers: { 'docker-content-digest': '' } },
    { kind: 'headers', headers: { 'content-type': 'application/json' } },
    { kind: 'headers', headers: { 'docker-content-digest': 'md5:x' } },
    { kind: 'status', status: 405 },
    { kind: 'status', status: 404 },
  ] as const
  for (const fault of cases) {
    registry.script.push({ method: 'HEAD', url: /manifests/, fault, times: 1 })
    assert.deepEqual(await at.client.session().resolve(reference), manifest)
  }
})

test('by digest', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testClient()
  const { manifest } = registry.addImage('app', '1', [])
  const reference = withDigest(parseReference(`${registry.host}/app:ignored`), manifest.digest)
  assert.deepEqual(await at.client.session().resolve(reference), manifest)
  assert.equal(registry.requests.at(-1)?.url, `/v2/app/manifests/${manifest.digest}`)
  assert.deepEqual((await at.client.session().fetchDocument(reference)).descriptor, manifest)
})

test('what is not there, in the words of Docker', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testClient()
  const { host } = registry
  registry.addImage('app', '1', [])
  const session = at.client.session()
  await assert.rejects(session.resolve(parseReference(`${host}/app:2`)), {
    kind: 'not-found',
    message: `manifest for ${host}/app:2 not found: manifest unknown: manifest unknown`,
  })
  const digest = digestOf('nowhere')
  const blob = { ...registry.addBlob('app', LAYER), digest }
  await assert.rejects(session.fetchBlob(parseReference(`${host}/app`), blob, at.store), {
    kind: 'not-found',
    message: `${host}/app@${digest} not found at ${host}: blob unknown: blob unknown to registry`,
  })
  assert.deepEqual(at.slept, [])
})

test('refusals with codes of their own', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testClient()
  const { host } = registry
  const name = `${host}/app`
  const url = `http://${host}/v2/app/manifests/latest`
  const denied = `pull access denied for ${name}, repository does not exist or may require 'docker login': denied`
  const cases: [number, string | Buffer, string, string][] = [
    [
      404,
      error('NAME_UNKNOWN', 'no such repository'),
      'not-found',
      `repository ${name} not found: name unknown: no such repository`,
    ],
    [404, '', 'not-found', `manifest for ${name}:latest not found: manifest unknown: manifest unknown`],
    [403, error('DENIED', 'quota\x1b[2J'), 'not-found', `${denied}: quota\\x1b[2J`],
    [403, '<html>', 'not-found', `${denied}: requested access to the resource is denied`],
    [401, '{"details":"bad luck"}', 'unauthorized', `Get "${url}": unauthorized: bad luck`],
    [400, error('UNSUPPORTED', 'no'), 'unavailable', `Get "${url}": unsupported: no`],
    [418, 'tea', 'unavailable', `Get "${url}": received unexpected HTTP status: 418`],
  ]
  for (const [status, body, kind, message] of cases) {
    registry.script.length = 0
    registry.fault(/manifests/, { kind: 'status', status, body: body.toString() })
    await assert.rejects(at.client.session().resolve(parseReference(name)), { kind, message })
  }
  assert.deepEqual(at.slept, [])
})

test('nobody there', async () => {
  await using at = await testClient()
  await using gone = await ScriptedRegistry.start()
  const { host } = gone
  await gone[Symbol.asyncDispose]()
  await assert.rejects(at.client.session().resolve(parseReference(`${host}/app`)), {
    kind: 'unavailable',
    message: `Head "https://${host}/v2/app/manifests/latest": dial tcp ${host}: connect: connection refused`,
  })
  await assert.rejects(at.client.session().resolve(parseReference('no-such-host.invalid/app')), {
    kind: 'unavailable',
    message: /^Head "https:\/\/no-such-host\.invalid\/v2\/app\/manifests\/latest": dial tcp/,
  })
  await assert.rejects(at.client.session().resolve(parseReference('a_b.c/d')), {
    kind: 'invalid-argument',
    message: 'invalid reference format: a_b.c/d:latest names no registry',
  })
})

test('documents that are no images are refused', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testClient()
  const session = at.client.session()
  const old = 'application/vnd.docker.distribution.manifest.v1+prettyjws'
  registry.addManifest('old', { schemaVersion: 1, fsLayers: [] }, old, 'latest')
  registry.addManifest('both', { schemaVersion: 2, layers: [], manifests: [] }, OCI_MANIFEST, 'latest')
  registry.addManifest('lies', { schemaVersion: 2, mediaType: OCI_MANIFEST, layers: [] }, DOCKER_MANIFEST, 'latest')
  registry.addManifest('chart', { schemaVersion: 2 }, 'application/vnd.cncf.helm.config.v1+json', 'latest')
  const cases: [string, RegExp][] = [
    ['old', /schema 1 support has been removed\. Suggest the author of .*\/old:latest to upgrade/],
    ['both', /both layers and manifests/],
    ['lies', /announced as/],
    ['chart', /^unsupported media type/],
  ]
  for (const [name, message] of cases) {
    const reference = parseReference(`${registry.host}/${name}`)
    await assert.rejects(session.fetchDocument(reference), { kind: 'invalid-argument', message })
  }
  await assert.rejects(session.resolve(parseReference(`${registry.host}/old`)), /schema 1 support has been removed/)
  const reference = parseReference(`${registry.host}/lies`)
  const descriptor = { ...(await session.resolve(reference)), mediaType: OCI_INDEX }
  await assert.rejects(session.fetchDocument(reference, { descriptor }), /but it was announced as/)
})
