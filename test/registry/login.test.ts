import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Unauthorized } from '#lib/errors'
import type { Secret } from '#registry'
import { ScriptedRegistry } from '../support/registry.ts'
import { testClient } from '../support/registry-client.ts'

const USER = { name: 'me', password: 'secret' }

test('a registry that asks for a password takes the right one and no other', async () => {
  await using registry = await ScriptedRegistry.start()
  registry.basicAuth = USER
  assert.deepEqual(await login(registry, basic('secret')), { identityToken: undefined })
  await assert.rejects(login(registry, basic('wrong')), refused)
  await assert.rejects(login(registry, undefined), refused)
})

test('a token server may give a token to keep in the password’s place', async () => {
  await using registry = await ScriptedRegistry.start()
  registry.tokenAuth = { user: USER, refreshToken: 'keep-me' }
  assert.deepEqual(await login(registry, basic('secret')), { identityToken: 'keep-me' })
  const [request] = registry.seen(/^\/token/)
  assert.match(request?.url ?? '', /account=me&client_id=gantry&offline_token=true/)
  assert.doesNotMatch(request?.url ?? '', /scope=/)
  await assert.rejects(login(registry, basic('wrong')), refused)
})

test('a token that was kept is taken, and another one is not', async () => {
  await using registry = await ScriptedRegistry.start()
  registry.tokenAuth = { refreshToken: 'keep-me' }
  await login(registry, { kind: 'identity', token: 'keep-me' })
  await assert.rejects(login(registry, { kind: 'identity', token: 'other' }), refused)
})

async function login(registry: ScriptedRegistry, secret: Secret | undefined) {
  await using at = await testClient()
  return await at.client.session(secret && { registry: registry.host, secret }).login(registry.host)
}

function basic(password: string): Secret {
  return { kind: 'basic', username: 'me', password, wantsToken: true }
}

function refused(error: unknown): boolean {
  return error instanceof Unauthorized && !error.text.includes('docker login')
}
