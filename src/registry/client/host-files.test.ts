import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { InvalidArgument } from '#lib/errors'
import { DEFAULT_CONFIG, type Endpoint, endpointsFor } from './endpoint.ts'
import { urlOf } from './transport.ts'

test('certificates of a host: authorities, and a certificate with its key', () => {
  using at = folder({ 'host:5000/a.crt': 'CA', 'host:5000/b.cert': 'CERT', 'host:5000/b.key': 'KEY' })
  const [endpoint] = at.endpoints('host:5000')
  assert.deepEqual(endpoint?.tls, { skipVerify: false, ca: ['CA'], client: { cert: 'CERT', key: 'KEY' } })
  assert.deepEqual(at.endpoints('host:5001')[0]?.tls.ca, [])
})

test('half of a client certificate is refused with what is missing', () => {
  using at = folder({ 'a:1/b.cert': 'CERT', 'b:1/b.key': 'KEY', 'c:1/a.cert': '', 'c:1/a.key': '', 'c:1/b.cert': '' })
  refuses(() => at.endpoints('a:1'), /^missing key b.key for client certificate b.cert$/)
  refuses(() => at.endpoints('b:1'), /^missing client certificate b.cert for key b.key/)
  refuses(() => at.endpoints('c:1'), /^missing key b.key for client certificate b.cert$/)
})

test('several client certificates: each is shown in the order of their names, and TLS is not done without', () => {
  const pairs = { 'b.cert': 'B', 'b.key': 'KB', 'a.cert': 'A', 'a.key': 'KA' }
  const files = Object.entries(pairs).flatMap(([name, text]) => [
    [`own:1/${name}`, text],
    [`127.0.0.1:1/${name}`, text],
    [`toml:1/${name}`, text],
  ])
  const hosts = '[host."https://there"]\nclient = [["a.cert", "a.key"], ["b.cert", "b.key"]]'
  using at = folder({ ...Object.fromEntries(files), 'toml:1/hosts.toml': hosts })
  const shown = (name: string) =>
    at.endpoints(name).map(({ scheme, tls }) => [scheme, tls.client?.cert, tls.client?.key])
  const both = [
    ['https', 'A', 'KA'],
    ['https', 'B', 'KB'],
  ]
  assert.deepEqual(shown('own:1'), both)
  assert.deepEqual(shown('127.0.0.1:1'), both)
  assert.deepEqual(shown('toml:1'), [...both, ['https', undefined, undefined]])
})

test('more client certificates than anybody shows are refused', () => {
  const pairs = Array.from({ length: 11 }, (_, i) => [`own:1/${i}.cert`, ''])
  using at = folder(Object.fromEntries(pairs))
  refuses(() => at.endpoints('own:1'), /has more than 10 client certificates$/)
})

test('hosts.toml: its hosts in their order, then its server', () => {
  using at = folder({
    'docker.io/ca.pem': 'CA',
    'docker.io/hosts.toml': `
      server = "https://registry-1.docker.io"
      [host."https://one:5000"]
        capabilities = ["pull", "resolve"]
        ca = "ca.pem"
        skip_verify = true
      [host."https://one:5000".header]
        x-key = ["a", "b"]
      [host."http://two/prefix/v2"]
        override_path = true
    `,
  })
  const [one, two, server, ...others] = at.endpoints('docker.io')
  assert.equal(others.length, 0)
  assert.deepEqual(one?.capabilities, ['pull', 'resolve'])
  assert.deepEqual(one?.tls, { skipVerify: true, ca: ['CA'], client: undefined })
  assert.deepEqual(one?.headers, { 'x-key': 'a, b' })
  assert.deepEqual([one, two, server].map(place), [
    'https://one:5000/v2/app/tags/list?n=1&ns=docker.io',
    'http://two/prefix/v2/app/tags/list?n=1&ns=docker.io',
    'https://registry-1.docker.io/v2/app/tags/list?n=1',
  ])
  assert.deepEqual(
    [one, two, server].map(endpoint => endpoint?.mirror),
    [true, true, false],
  )
})

test('a host that is the registry itself is no mirror: it gets the credentials', () => {
  using at = folder({ 'own:1/hosts.toml': '[host."https://own:1"]\nskip_verify = true' })
  assert.deepEqual(
    at.endpoints('own:1').map(({ mirror, tls }) => [mirror, tls.skipVerify]),
    [
      [false, true],
      [false, false],
    ],
  )
})

test('_default counts for registries without a folder of their own', () => {
  using at = folder({
    '_default/hosts.toml': '[host."https://all"]',
    'own:1/hosts.toml': '[host."https://mine"]',
  })
  assert.deepEqual(
    at.endpoints('own:1').map(({ authority }) => authority),
    ['mine', 'own:1'],
  )
  assert.deepEqual(
    at.endpoints('other').map(({ authority }) => authority),
    ['all', 'other'],
  )
})

test('what hosts.toml does not know, or cannot be, is refused by name', () => {
  const wrong: [string, RegExp][] = [
    ['server = ', /hosts\.toml: Invalid TOML document/],
    ['srever = "x"', /srever: not a key of this file/],
    ['[host."https://a"]\ncapabilites = []', /capabilites: not a key of a host/],
    ['[host."https://a"]\ncapabilities = ["fly"]', /"fly", known are resolve, pull, push/],
    ['[host."ftp://a"]', /"ftp:\/\/a" is no address of a registry/],
    ['ca = "missing.pem"', /missing\.pem is not there/],
    ['[host."https://a".header]\n"x\\ny" = "1"', /is no header/],
  ]
  for (const [text, words] of wrong) {
    using at = folder({ 'x:1/hosts.toml': text })
    refuses(() => at.endpoints('x:1'), words)
  }
})

test('registry-mirrors are copies of Docker Hub and of nothing else', () => {
  const config = { ...DEFAULT_CONFIG, mirrors: ['http://mirror:5000/'] }
  assert.deepEqual(
    endpointsFor('docker.io', config).map(({ authority, mirror, capabilities }) => [authority, mirror, capabilities]),
    [
      ['mirror:5000', true, ['resolve', 'pull']],
      ['registry-1.docker.io', false, ['resolve', 'pull', 'push']],
    ],
  )
  assert.deepEqual(
    endpointsFor('other', config).map(({ authority }) => authority),
    ['other'],
  )
})

function folder(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), 'gantry-hosts-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return {
    endpoints: (registry: string) => endpointsFor(registry, { ...DEFAULT_CONFIG, hostFolders: [root] }),
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  }
}

function place(endpoint: Endpoint | undefined): string | undefined {
  return endpoint && urlOf(endpoint, 'app/tags/list?n=1').href
}

function refuses(body: () => unknown, words: RegExp): void {
  assert.throws(body, (error: unknown) => {
    assert.ok(error instanceof InvalidArgument, String(error))
    assert.match(error.message, words)
    return true
  })
}
