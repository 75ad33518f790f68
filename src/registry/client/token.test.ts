import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_CONFIG, type Endpoint, endpointsFor, type RegistryConfig, STRICT_TLS } from './endpoint.ts'
import { tokenServer } from './token.ts'

function endpoint(registry: string, scheme: 'https' | 'http', config: RegistryConfig = DEFAULT_CONFIG): Endpoint {
  const found = endpointsFor(registry, config).find(candidate => candidate.scheme === scheme)
  assert.ok(found !== undefined)
  return found
}

const server = (at: Endpoint, realm: string, config: RegistryConfig = DEFAULT_CONFIG) =>
  tokenServer(
    at,
    new Map([
      ['realm', realm],
      ['service', 's'],
    ]),
    config,
  )

test('a token server is spoken to with TLS and a good certificate', () => {
  const found = server(endpoint('docker.io', 'https'), 'https://auth.docker.io/token?x=y')
  assert.equal(found.realm.href, 'https://auth.docker.io/token?x=y')
  assert.equal(found.service, 's')
  assert.deepEqual(found.tls, STRICT_TLS)
})

test('realms that would give a secret away are refused, and nothing is sent', () => {
  const realms = [
    'http://auth.docker.io/token',
    'http://127.0.0.1/token',
    'ftp://auth.docker.io/token',
    'file:///etc/passwd',
    'token',
    '',
    'https://user:password@auth.docker.io/token',
    'javascript:alert(1)',
  ]
  for (const realm of realms) {
    assert.throws(() => server(endpoint('docker.io', 'https'), realm), {
      kind: 'invalid-argument',
      message: /^docker\.io names the token server "/,
      fix: /^no credentials were sent/,
    })
  }
})

test('a registry without TLS may have a token server without', () => {
  const lab = { ...DEFAULT_CONFIG, insecure: ['lab:5000', 'auth.lab'] }
  assert.equal(server(endpoint('127.0.0.1:5000', 'http'), 'http://127.0.0.1:5001/token').tls.skipVerify, true)
  assert.equal(server(endpoint('lab:5000', 'http', lab), 'http://auth.lab/token', lab).realm.protocol, 'http:')
  assert.equal(server(endpoint('lab:5000', 'https', lab), 'https://auth.lab/token', lab).tls.skipVerify, true)
  // The certificate of a host that nobody called insecure counts.
  assert.equal(server(endpoint('lab:5000', 'https', lab), 'https://auth.example.com/token', lab).tls.skipVerify, false)
})

test('our own certificate is for the registry, not for another host', () => {
  const tls = { skipVerify: false, ca: ['CA'], client: { cert: 'C', key: 'K' } }
  const config = { ...DEFAULT_CONFIG, tls: new Map([['private:5000', tls]]) }
  const at = endpoint('private:5000', 'https', config)
  assert.deepEqual(server(at, 'https://private:5001/token', config).tls, tls)
  assert.deepEqual(server(at, 'https://elsewhere/token', config).tls, STRICT_TLS)
})
