import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { join } from 'node:path'
import { test } from 'node:test'
import { createClient } from '../client.ts'
import { fakeEngine } from '../fake-engine.suite.ts'
import type { Tls } from './transport.ts'

/** Keys that protect nothing but this test. */
const pem = (name: string) => readFileSync(join(import.meta.dirname, '../fixtures', `${name}.pem`), 'utf8')

const CLIENT = { cert: pem('client-cert'), key: pem('client-key') }

/** An engine that lets nobody in without a certificate of its authority. */
async function strictEngine(): Promise<Server & AsyncDisposable> {
  const server = createServer(
    { cert: pem('server-cert'), key: pem('server-key'), ca: pem('ca'), requestCert: true, rejectUnauthorized: true },
    (request, response) => response.end(JSON.stringify({ Name: request.url })),
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return server
}

async function nameOf(server: Server, tls: Tls | undefined): Promise<string> {
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  using client = createClient({ host: `tcp://127.0.0.1:${address.port}/base`, tls, version: '1.51' })
  return (await client.system.info()).Name
}

test('both sides show a certificate', async () => {
  await using server = await strictEngine()
  assert.equal(await nameOf(server, { ca: pem('ca'), ...CLIENT, skipVerify: false }), '/base/v1.51/info')
  assert.equal(await nameOf(server, { ...CLIENT, skipVerify: true }), '/base/v1.51/info')
})

test('an engine of an unknown authority is not trusted', async () => {
  await using server = await strictEngine()
  await assert.rejects(nameOf(server, { ...CLIENT, skipVerify: false }), {
    kind: 'unavailable',
    message: /^error during connect: /,
    fix: /ca\.pem/,
  })
})

test('a client without certificate is told what the engine wants', async () => {
  await using server = await strictEngine()
  await assert.rejects(nameOf(server, { ca: pem('ca'), skipVerify: false }), {
    kind: 'unavailable',
    fix: /client authentication/,
  })
})

test('cleartext to an encrypted engine is told', async () => {
  await using server = await strictEngine()
  await assert.rejects(nameOf(server, undefined), { kind: 'unavailable' })
})

test('a socket is spoken to in cleartext, whatever is said of TLS', async () => {
  await using engine = await fakeEngine()
  using client = createClient({ host: engine.host, tls: { skipVerify: false } })
  assert.equal((await client.system.ping()).apiVersion, '1.51')
})
