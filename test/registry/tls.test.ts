/** Certificates, ours and theirs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_TIMING } from '#registry'
import { STRICT_TLS, type TlsProfile } from '../../src/registry/client/endpoint.ts'
import { HttpClient } from '../../src/registry/client/http.ts'
import { certificate } from '../support/certificate.ts'
import { ScriptedRegistry } from '../support/registry.ts'

const own = certificate()
const other = certificate('DNS:registry.example.com')
const skip = own === undefined || other === undefined ? 'openssl is not installed' : false

async function status(client: HttpClient, url: string, tls: TlsProfile): Promise<number> {
  const response = await client.send({ method: 'GET', url: new URL(url), headers: {}, tls, signal: undefined })
  await response.body.dump()
  return response.status
}

test('certificates of servers', { skip }, async () => {
  await using server = await ScriptedRegistry.start(own)
  await using misnamed = await ScriptedRegistry.start(other)
  await using client = new HttpClient(DEFAULT_TIMING, 'test')
  const trusting = { ...STRICT_TLS, ca: [own?.cert ?? '', other?.cert ?? ''] }
  assert.equal(await status(client, `${server.url}/v2/`, trusting), 200)
  assert.equal(await status(client, `https://localhost:${server.port}/v2/`, trusting), 200)
  assert.equal(await status(client, `${misnamed.url}/v2/`, { ...STRICT_TLS, skipVerify: true }), 200)
  await assert.rejects(status(client, `${server.url}/v2/`, STRICT_TLS), {
    kind: 'unavailable',
    message: `Get "${server.url}/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
    fix: new RegExp(`^put the certificate of its authority into certs\\.d/${server.host}/ca\\.crt`),
  })
  await assert.rejects(status(client, `${misnamed.url}/v2/`, trusting), {
    message: `Get "${misnamed.url}/v2/": tls: failed to verify certificate: x509: certificate is valid for another name`,
  })
})

test('a server that wants to see our certificate', { skip }, async () => {
  const ours = certificate()
  assert.ok(ours !== undefined && own !== undefined)
  await using server = await ScriptedRegistry.start({
    ...own,
    requestCert: true,
    rejectUnauthorized: true,
    ca: ours.cert,
  })
  await using client = new HttpClient(DEFAULT_TIMING, 'test')
  const tls = { ...STRICT_TLS, ca: [own.cert] }
  assert.equal(await status(client, `${server.url}/v2/`, { ...tls, client: ours }), 200)
  await assert.rejects(status(client, `${server.url}/v2/`, tls), { kind: 'unavailable' })
  assert.equal(server.requests.length, 1)
})

test('a server without TLS', async () => {
  await using server = await ScriptedRegistry.start()
  await using client = new HttpClient(DEFAULT_TIMING, 'test')
  await assert.rejects(status(client, `https://${server.host}/v2/`, STRICT_TLS), {
    message: `Get "https://${server.host}/v2/": http: server gave HTTP response to HTTPS client`,
    fix: `if ${server.host} is to be trusted without TLS, name it in "insecure-registries"`,
  })
})
