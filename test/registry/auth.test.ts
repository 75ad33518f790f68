/** Tokens, passwords, and to whom they are shown. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseReference } from '#oci'
import type { Credentials } from '#registry'
import { error, ScriptedRegistry } from '../support/registry.ts'
import { testClient } from '../support/registry-client.ts'

const USER = { name: 'somebody', password: 'p:ass wörd' }
const basic = (registry: string, password = USER.password): Credentials => ({
  registry,
  secret: { kind: 'basic', username: USER.name, password },
})

async function setup() {
  const registry = await ScriptedRegistry.start()
  const at = await testClient()
  const image = registry.addImage('team/app', 'latest', [Buffer.from('layer')])
  return {
    registry,
    at,
    image,
    reference: parseReference(`${registry.host}/team/app`),
    async [Symbol.asyncDispose]() {
      await at[Symbol.asyncDispose]()
      await registry[Symbol.asyncDispose]()
    },
  }
}

test('an anonymous token is fetched once for a repository', async () => {
  await using s = await setup()
  s.registry.tokenAuth = {}
  const session = s.at.client.session()
  await session.resolve(s.reference)
  await session.fetchDocument(s.reference)
  await session.fetchBlob(s.reference, s.image.config, s.at.store)
  const tokens = s.registry.seen(/^\/token/)
  assert.deepEqual(
    tokens.map(({ method, url }) => `${method} ${url}`),
    ['GET /token?service=test&scope=repository%3Ateam%2Fapp%3Apull'],
  )
  assert.equal(tokens[0]?.headers.authorization, undefined)
  assert.equal(s.registry.requests.filter(({ headers }) => headers.authorization === 'Bearer token-1').length, 3)
})

test('requests that wait for one token fetch it once; another repository gets its own', async () => {
  await using s = await setup()
  s.registry.tokenAuth = {}
  s.registry.addImage('team/other', 'latest', [])
  const session = s.at.client.session()
  await session.resolve(s.reference)
  const other = parseReference(`${s.registry.host}/team/other`)
  await Promise.all([session.resolve(other), session.resolve(other), session.resolve(other)])
  assert.deepEqual([...s.registry.tokens.values()], ['repository:team/app:pull', 'repository:team/other:pull'])
  // Known by then: nothing is asked in vain.
  assert.equal(s.registry.seen(/other/).filter(({ headers }) => headers.authorization === undefined).length, 1)
})

test('a password goes to the token server only', async () => {
  await using s = await setup()
  s.registry.tokenAuth = { user: USER }
  await s.at.client.session(basic(s.registry.host)).resolve(s.reference)
  const expected = `Basic ${Buffer.from(`${USER.name}:${USER.password}`).toString('base64')}`
  assert.equal(s.registry.seen(/^\/token/)[0]?.headers.authorization, expected)
  assert.ok(s.registry.seen(/^\/v2/).every(({ headers }) => headers.authorization !== expected))
})

test('a wrong password is told', async () => {
  await using s = await setup()
  s.registry.tokenAuth = { user: USER }
  await assert.rejects(s.at.client.session(basic(s.registry.host, 'wrong')).resolve(s.reference), {
    kind: 'unauthorized',
    message: `Get "${s.registry.url}/token": unauthorized: incorrect username or password`,
    fix: `log in to ${s.registry.host} with docker login`,
  })
})

test('a refresh token is sent by POST', async () => {
  await using s = await setup()
  s.registry.tokenAuth = { user: USER, refreshToken: 'refresh me' }
  const secret = { kind: 'identity', token: 'refresh me' } as const
  await s.at.client.session({ registry: s.registry.host, secret }).resolve(s.reference)
  const [request] = s.registry.seen(/^\/token/)
  assert.equal(request?.method, 'POST')
  assert.equal(request?.url, '/token')
  assert.match(request?.body ?? '', /^grant_type=refresh_token&refresh_token=refresh\+me&service=test&scope=repository/)
})

test('a registry token is sent as it is', async () => {
  await using s = await setup()
  s.registry.tokenAuth = {}
  s.registry.tokens.set('given', 'repository:team/app:pull')
  const session = (token: string) =>
    s.at.client.session({ registry: s.registry.host, secret: { kind: 'registry-token', token } })
  await session('given').resolve(s.reference)
  await assert.rejects(session('wrong').resolve(s.reference), { kind: 'unauthorized' })
  assert.equal(s.registry.seen(/^\/token/).length, 0)
})

test('basic authentication, with and without a password', async () => {
  await using s = await setup()
  s.registry.basicAuth = USER
  await s.at.client.session(basic(s.registry.host)).resolve(s.reference)
  await assert.rejects(s.at.client.session().resolve(s.reference), {
    kind: 'unauthorized',
    message: `${s.registry.host}/team/app:latest at ${s.registry.host}: no basic auth credentials`,
  })
  await assert.rejects(s.at.client.session(basic(s.registry.host, 'wrong')).resolve(s.reference), {
    kind: 'unauthorized',
    message: `Get "${s.registry.url}/v2/team/app/manifests/latest": unauthorized: authentication required`,
  })
})

test('credentials of another registry stay where they are', async () => {
  await using s = await setup()
  s.registry.basicAuth = USER
  await assert.rejects(s.at.client.session(basic('docker.io')).resolve(s.reference), /no basic auth credentials/)
  s.registry.basicAuth = undefined
  s.registry.tokenAuth = {}
  await s.at.client.session(basic('other.example.com')).resolve(s.reference)
  assert.ok(s.registry.requests.every(({ headers }) => !headers.authorization?.startsWith('Basic')))
})

test('a token that the registry no longer takes is replaced in the middle of a pull', async () => {
  await using s = await setup()
  s.registry.tokenAuth = {}
  const session = s.at.client.session()
  await session.resolve(s.reference)
  s.registry.tokens.clear()
  await session.fetchDocument(s.reference)
  s.registry.tokens.clear()
  await session.fetchBlob(s.reference, s.image.config, s.at.store)
  assert.equal(s.registry.seen(/^\/token/).length, 3)
})

test('a token is replaced before its life ends', async () => {
  let now = 0
  const registry = await ScriptedRegistry.start()
  await using _registry = registry
  await using at = await testClient({}, { now: () => now })
  registry.tokenAuth = { expiresIn: 100 }
  registry.addImage('app', 'latest', [])
  const session = at.client.session()
  const reference = parseReference(`${registry.host}/app`)
  await session.resolve(reference)
  now = 89_000
  await session.resolve(reference)
  assert.equal(registry.seen(/^\/token/).length, 1)
  now = 91_000
  await session.resolve(reference)
  assert.equal(registry.seen(/^\/token/).length, 2)
  assert.equal(registry.seen(/manifests/).length, 4)
})

test('a token for too little is told as Docker does', async () => {
  await using s = await setup()
  s.registry.tokenAuth = {}
  s.registry.fault(/^\/token/, { kind: 'status', status: 200, body: '{"access_token":"weak"}' })
  s.registry.tokens.set('weak', 'repository:team/app:nothing')
  await assert.rejects(s.at.client.session().resolve(s.reference), {
    kind: 'not-found',
    message:
      `pull access denied for ${s.registry.host}/team/app, repository does not exist or may require 'docker login': ` +
      'denied: requested access to the resource is denied',
  })
})

test('a token server that denies', async () => {
  await using s = await setup()
  s.registry.tokenAuth = {}
  s.registry.fault(/^\/token/, { kind: 'status', status: 403, body: error('DENIED', 'denied').toString() })
  await assert.rejects(
    s.at.client.session().resolve(s.reference),
    /^NotFound: pull access denied for .*: denied: denied$/,
  )
})

test('bad answers of token servers', async () => {
  await using s = await setup()
  s.registry.tokenAuth = {}
  const cases: [string, RegExp][] = [
    ['', /not JSON/],
    ['{}', /authorization server did not include a token/],
    ['{"token":7}', /token: not a string/],
    ['{"token":"a\\r\\nX-Injected: 1"}', /the token is no token/],
    ['{"token":"a b"}', /the token is no token/],
    [`{"token":"${'x'.repeat(2 << 20)}"}`, /longer than 1048576 bytes/],
  ]
  for (const [body, message] of cases) {
    s.registry.script.length = 0
    s.registry.fault(/^\/token/, { kind: 'status', status: 200, body })
    await assert.rejects(s.at.client.session().resolve(s.reference), { message })
  }
  s.registry.script.length = 0
  s.registry.fault(/^\/token/, { kind: 'redirect', to: 'https://elsewhere.example.com/token' })
  await assert.rejects(
    s.at.client.session(basic(s.registry.host)).resolve(s.reference),
    /redirects: that is not followed/,
  )
})

test('a busy token server is tried again', async () => {
  await using s = await setup()
  s.registry.tokenAuth = {}
  s.registry.fault(/^\/token/, { kind: 'status', status: 503 }, 2)
  await s.at.client.session().resolve(s.reference)
  assert.deepEqual(s.at.slept, [500, 1000])
})

test('only its own scope is asked for, whatever the challenge says', async () => {
  await using s = await setup()
  s.registry.tokenAuth = {}
  const challenge = `Bearer realm="${s.registry.url}/token?a=b",service="x&scope=evil",scope="repository:secret:push"`
  s.registry.fault(/manifests/, { kind: 'status', status: 401, headers: { 'www-authenticate': challenge } }, 1)
  await s.at.client.session().resolve(s.reference)
  const query = new URL(s.registry.seen(/^\/token/)[0]?.url ?? '', 'http://x').searchParams
  assert.deepEqual(
    [...query],
    [
      ['a', 'b'],
      ['service', 'x&scope=evil'],
      ['scope', 'repository:team/app:pull'],
    ],
  )
})
