/** Other hosts: where a registry leads, and what goes along (S72, S73, S74). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseReference } from '#oci'
import { certificate } from '../support/certificate.ts'
import { ScriptedRegistry } from '../support/registry.ts'
import { testClient } from '../support/registry-client.ts'

const USER = { name: 'somebody', password: 'secret' }
const LAYER = Buffer.alloc(100_000, 'x')

function credentials(registry: string) {
  return { registry, secret: { kind: 'basic', username: USER.name, password: USER.password } } as const
}

const authorizations = (registry: ScriptedRegistry) =>
  registry.requests.map(({ headers }) => headers.authorization ?? headers.cookie)

test('credentials do not follow a redirect, the range does', async () => {
  await using registry = await ScriptedRegistry.start()
  await using storage = await ScriptedRegistry.start()
  await using at = await testClient()
  registry.basicAuth = USER
  const layer = storage.addBlob('app', LAYER)
  registry.fault(/blobs/, {
    kind: 'redirect',
    to: `http://user:pass@${storage.host}/v2/app/blobs/${layer.digest}?sig=secret`,
  })
  storage.fault(/blobs/, { kind: 'reset', after: 50_000 }, 1)
  const session = at.client.session(credentials(registry.host))
  await session.fetchBlob(parseReference(`${registry.host}/app`), layer, at.store)
  assert.equal(storage.requests.length, 2)
  assert.ok(Number(/^bytes=(\d+)-$/.exec(storage.requests[1]?.headers.range ?? '')?.[1]) > 0)
  assert.deepEqual(authorizations(storage), [undefined, undefined])
  assert.equal(storage.requests[0]?.url.endsWith('?sig=secret'), true)
})

test('what the other host demands is not given', async () => {
  await using registry = await ScriptedRegistry.start()
  await using other = await ScriptedRegistry.start()
  await using at = await testClient()
  registry.tokenAuth = { user: USER }
  other.tokenAuth = {}
  const image = registry.addImage('app', 'latest', [LAYER])
  const session = at.client.session(credentials(registry.host))
  const reference = parseReference(`${registry.host}/app`)
  await session.resolve(reference)
  for (const status of [301, 302, 303, 307, 308]) {
    registry.script.length = 0
    registry.fault(/manifests/, { kind: 'redirect', to: `${other.url}/v2/app/manifests/latest`, status })
    registry.fault(/blobs/, { kind: 'redirect', to: `${other.url}/v2/app/blobs/x`, status })
    await assert.rejects(session.fetchDocument(reference), {
      kind: 'unavailable',
      message: /unexpected HTTP status: 401/,
    })
    await assert.rejects(session.fetchBlob(reference, image.config, at.store), { kind: 'unavailable' })
  }
  assert.ok(other.requests.length > 0)
  assert.ok(authorizations(other).every(value => value === undefined))
  assert.equal(other.seen(/^\/token/).length, 0)
})

test('who is led away and back comes without credentials', async () => {
  await using registry = await ScriptedRegistry.start()
  await using other = await ScriptedRegistry.start()
  await using at = await testClient()
  registry.basicAuth = USER
  registry.addImage('private', 'latest', [])
  registry.fault(/\/app\//, { kind: 'redirect', to: `${other.url}/away` })
  other.fault(/away/, { kind: 'redirect', to: `${registry.url}/v2/private/manifests/latest` })
  const session = at.client.session(credentials(registry.host))
  await assert.rejects(session.fetchDocument(parseReference(`${registry.host}/app`)), { kind: 'unauthorized' })
  assert.equal(registry.seen(/private/).at(-1)?.headers.authorization, undefined)
})

test('a leave that has run out is asked for again', async () => {
  await using registry = await ScriptedRegistry.start()
  await using storage = await ScriptedRegistry.start()
  await using at = await testClient()
  const layer = storage.addBlob('app', LAYER)
  registry.fault(/blobs/, { kind: 'redirect', to: `${storage.url}/v2/app/blobs/${layer.digest}` })
  storage.fault(/blobs/, { kind: 'status', status: 403, body: '<Error>Request has expired</Error>' }, 2)
  await at.client.session().fetchBlob(parseReference(`${registry.host}/app`), layer, at.store)
  assert.equal(registry.requests.length, 3)
})

test('redirects end, and lead to HTTP(S) only', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testClient()
  const reference = parseReference(`${registry.host}/app`)
  const session = at.client.session()
  registry.fault(/manifests/, { kind: 'redirect', to: '/v2/app/manifests/latest' })
  await assert.rejects(session.fetchDocument(reference), {
    kind: 'invalid-argument',
    message: /stopped after 10 redirects/,
  })
  assert.equal(registry.requests.length, 11)
  for (const to of ['file:///etc/passwd', 'ftp://x/y', 'http://', 'unix:///run/x', 'javascript:alert(1)']) {
    registry.script.length = 0
    registry.fault(/manifests/, { kind: 'redirect', to })
    await assert.rejects(session.fetchDocument(reference), { kind: 'invalid-argument', message: /is not followed/ })
  }
  registry.script.length = 0
  registry.fault(/manifests/, { kind: 'status', status: 307 })
  await assert.rejects(session.fetchDocument(reference), /received unexpected HTTP status: 307/)
})

test('HTTPS is not left for HTTP', async t => {
  const pem = certificate()
  if (pem === undefined) {
    t.skip('openssl is not installed')
    return
  }
  await using registry = await ScriptedRegistry.start(pem)
  await using plain = await ScriptedRegistry.start()
  const { manifest } = registry.addImage('app', 'latest', [LAYER])
  const reference = parseReference(`${registry.host}/app`)
  await using at = await testClient()
  // This machine is trusted whatever its certificate says.
  assert.deepEqual(await at.client.session().resolve(reference), manifest)
  registry.fault(/manifests/, { kind: 'redirect', to: `${plain.url}/v2/app/manifests/latest` })
  await assert.rejects(at.client.session().fetchDocument(reference), {
    kind: 'invalid-argument',
    message: /redirect to "http:\/\/127\.0\.0\.1:\d+\/v2\/app\/manifests\/latest" is not followed/,
  })
  assert.deepEqual(plain.requests, [])
})

test('a bad certificate is refused where the registry is not this machine', async t => {
  const pem = certificate()
  if (pem === undefined) {
    t.skip('openssl is not installed')
    return
  }
  await using server = await ScriptedRegistry.start(pem)
  await using origin = await ScriptedRegistry.start()
  await using at = await testClient()
  const layer = server.addBlob('app', LAYER)
  // A place that a registry leads to is judged by itself: even here its certificate counts.
  origin.fault(/blobs/, { kind: 'redirect', to: `${server.url}/v2/app/blobs/${layer.digest}` })
  await assert.rejects(at.client.session().fetchBlob(parseReference(`${origin.host}/app`), layer, at.store), {
    kind: 'unavailable',
    message: /: tls: failed to verify certificate: x509: certificate signed by unknown authority$/,
    fix: /insecure-registries/,
  })
  assert.deepEqual(server.requests, [])
})
