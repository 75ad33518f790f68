import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_CONFIG, endpointsFor, hostOf, isLoopback, type RegistryConfig, STRICT_TLS } from './endpoint.ts'

const urls = (registry: string, config: RegistryConfig = DEFAULT_CONFIG) =>
  endpointsFor(registry, config).map(
    ({ scheme, authority, path, tls }) => `${scheme}://${authority}${path} ${tls.skipVerify}`,
  )

test('HTTPS alone, and Docker Hub where it really is', () => {
  assert.deepEqual(urls('docker.io'), ['https://registry-1.docker.io/v2 false'])
  assert.deepEqual(urls('ghcr.io'), ['https://ghcr.io/v2 false'])
  assert.deepEqual(urls('host:5000'), ['https://host:5000/v2 false'])
})

test('plain HTTP only to what is literally this machine, after TLS', () => {
  for (const registry of ['localhost', 'localhost:5000', '127.0.0.1', '127.1.2.3:5000', '[::1]:5000']) {
    assert.deepEqual(urls(registry), [`https://${registry}/v2 true`, `http://${registry}/v2 true`], registry)
  }
  const others = [
    'localhost.example.com',
    'my-localhost:5000',
    '127.0.0.1.example.com',
    '127.example.com:5000',
    '128.0.0.1',
    '10.0.0.1:5000',
    '[::2]:5000',
    '[::ffff:127.0.0.1]:5000',
    'LOCALHOST:5000',
  ]
  for (const registry of others) assert.deepEqual(urls(registry), [`https://${registry}/v2 false`], registry)
})

test('what is configured insecure, by name or network', () => {
  const config = {
    ...DEFAULT_CONFIG,
    insecure: ['lab:5000', 'lab.example.com', '10.0.0.0/8', 'fd00::/8', '300.0.0.0/8', '1.2.3.4/x'],
  }
  for (const registry of ['lab:5000', 'lab.example.com', 'lab.example.com:81', '10.2.3.4:5000', '[fd00::1]:5000']) {
    assert.deepEqual(urls(registry, config), [`https://${registry}/v2 true`, `http://${registry}/v2 true`], registry)
  }
  // A name is not looked up to see whether it is in a network.
  for (const registry of ['lab', 'lab:5001', '11.0.0.1', '[fe00::1]', '1.2.3.4']) {
    assert.deepEqual(urls(registry, config), [`https://${registry}/v2 false`], registry)
  }
})

test('certificates belong to one registry', () => {
  const tls = { ...STRICT_TLS, ca: ['CA'] }
  const config = { ...DEFAULT_CONFIG, tls: new Map([['private:5000', tls]]) }
  assert.deepEqual(endpointsFor('private:5000', config)[0]?.tls, tls)
  assert.deepEqual(endpointsFor('private:5001', config)[0]?.tls, STRICT_TLS)
})

test('hosts and loopback', () => {
  assert.equal(hostOf('[::1]:5000'), '::1')
  assert.equal(hostOf('[::1]'), '::1')
  assert.equal(hostOf('host:5000'), 'host')
  assert.equal(isLoopback('0:0:0:0:0:0:0:1'), true)
  assert.equal(isLoopback('127.0.0.256'), false)
})
