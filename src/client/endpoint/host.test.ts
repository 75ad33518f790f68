import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseHost } from './host.ts'

test('hosts read as the docker command reads them', () => {
  const names: Record<string, string> = {
    'unix:///run/x.sock': 'unix:///run/x.sock',
    'unix://': 'unix:///var/run/docker.sock',
    ' tcp://10.0.0.1:2376 ': 'tcp://10.0.0.1:2376',
    'tcp://': 'tcp://localhost:2375',
    'tcp://:7777': 'tcp://localhost:7777',
    'tcp://example.org': 'tcp://example.org:2375',
    'tcp://example.org:80/engine/': 'tcp://example.org:80/engine',
    'tcp://[::1]:2376': 'tcp://[::1]:2376',
    'tcp://[::1]': 'tcp://[::1]:2375',
    'example.org:2376': 'tcp://example.org:2376',
    'example.org': 'tcp://example.org:2375',
  }
  for (const [text, name] of Object.entries(names)) assert.equal(parseHost(text).name, name, text)
  assert.deepEqual(parseHost('tcp://[::1]:80/a'), {
    kind: 'tcp',
    hostname: '::1',
    port: 80,
    basePath: '/a',
    name: 'tcp://[::1]:80/a',
  })
})

test('what is no host is refused in Docker’s words', () => {
  for (const bad of ['http://x', 'foo://x', 'tcp://x:99999', 'tcp://a b', 'tcp://u@h:1', '://']) {
    assert.throws(() => parseHost(bad), { kind: 'invalid-argument', message: `invalid bind address format: ${bad}` })
  }
  assert.throws(() => parseHost('tcp://unix://x'), { message: 'invalid proto, expected tcp: unix://x' })
  assert.throws(() => parseHost('unix://tcp://x'), { message: 'invalid proto, expected unix: tcp://x' })
})

test('ssh and Windows pipes are refused by name', () => {
  for (const host of ['ssh://me@there', 'npipe:////./pipe/docker_engine', 'fd://3']) {
    assert.throws(() => parseHost(host), { kind: 'not-implemented', message: new RegExp(host.replaceAll('.', '\\.')) })
  }
})
