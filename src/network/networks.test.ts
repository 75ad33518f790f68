import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { randomId } from '#lib/ids'
import {
  addresses,
  applyRuleset,
  inNetworkNamespace,
  links,
  listTable,
  nftProgram,
  RouteSocket,
  routedPrefixes,
} from '#linux'
import { openMeta } from '#meta'
import { hostsFile, resolvConf } from './files.ts'
import { openNetworks } from './networks.ts'

const folder = mkdtempSync(join(tmpdir(), 'gantry-network-'))
const execRoot = join(folder, 'run')
mkdirSync(execRoot)
const meta = openMeta(join(folder, 'meta.db'))
const mark = randomId().slice(0, 5)
const names = { bridge: `gt${mark}`, linkPrefix: `gt${mark}`, table: `gantry_test_${mark}` }
const open = () => openNetworks({ meta, execRoot, names: { ...names, bridge: `gb${mark}` } })
const networks = open()

function hasNft(): boolean {
  try {
    nftProgram()
    return true
  } catch {
    return false
  }
}
const skip = hasNft() ? false : 'needs nftables'

after(async () => {
  if (skip === false) {
    await networks.teardown()
    assert.deepEqual(await networks.observe(), { bridges: [], links: [], namespaces: [], tables: [] })
  }
  await meta[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

test('the default networks are there, with words for what is not', () => {
  assert.deepEqual(
    networks
      .list()
      .map(({ name, driver }) => `${name}/${driver}`)
      .sort(),
    ['bridge/bridge', 'host/host', 'none/null'],
  )
  const { id } = networks.find('bridge')
  assert.equal(networks.find(id.slice(0, 12)).name, 'bridge')
  assert.throws(() => networks.find('nosuch'), { kind: 'not-found', message: 'network nosuch not found' })
})

test('containers on the bridge have addresses of their own and find each other', { skip }, async () => {
  await networks.prepare()
  const [first, second] = [randomId(), randomId()]
  const a = await networks.join(first, { network: 'bridge' })
  const b = await networks.join(second, { network: 'bridge' })
  assert.ok(a.endpoint !== undefined && b.endpoint !== undefined && a.namespace !== undefined)
  assert.notEqual(a.endpoint.address, b.endpoint.address)
  inNetworkNamespace(a.namespace, () => {
    using inside = new RouteSocket()
    assert.deepEqual(
      links(inside).map(link => [link.name, link.up]),
      [
        ['lo', true],
        ['eth0', true],
      ],
    )
    assert.equal(addresses(inside).length, 2)
  })
  // Nothing on the host is met by the subnet but the bridge's own route.
  using host = new RouteSocket()
  const subnet = networks.find('bridge').bridge?.subnet
  assert.equal(
    routedPrefixes(host).filter(
      ({ address, bits }) => `${address >>> 24}.${(address >>> 16) & 255}.0.0/${bits}` === subnet,
    ).length,
    1,
  )
  await networks.leave(first)
  await networks.leave(first)
  await networks.leave(second)
  assert.deepEqual(networks.sandboxes(), [])
})

test('none has a loopback only, host has no namespace', { skip }, async () => {
  const id = randomId()
  const none = await networks.join(id, { network: 'none' })
  assert.ok(none.namespace !== undefined)
  inNetworkNamespace(none.namespace, () => {
    using inside = new RouteSocket()
    assert.deepEqual(
      links(inside).map(link => [link.name, link.up]),
      [['lo', true]],
    )
  })
  await networks.leave(id)
  const host = await networks.join(id, { network: 'host' })
  assert.equal(host.namespace, undefined)
  await networks.leave(id)
})

test('a daemon that comes back knows sandboxes and hands out no address twice', { skip }, async () => {
  const id = randomId()
  const before = await networks.join(id, { network: 'bridge' })
  const later = open()
  assert.deepEqual(later.sandbox(id), before)
  const other = randomId()
  const next = await later.join(other, { network: 'bridge' })
  assert.notEqual(next.endpoint?.address, before.endpoint?.address)
  await later.leave(other)
  await later.leave(id)
})

test('rules that somebody flushed are there again before the next container starts', { skip }, async () => {
  await networks.prepare()
  await applyRuleset(`delete table inet ${names.table}`)
  const id = randomId()
  await networks.join(id, { network: 'bridge' })
  const rules = (await listTable('inet', names.table)).filter(object => object.rule !== undefined)
  assert.equal(rules.length, 4)
  await networks.leave(id)
})

const AS_HOST = { dns: [], dnsSearch: [], dnsOptions: [] }

test('files name the container and leave out name servers that it cannot reach', () => {
  const sandbox = {
    containerId: 'c',
    networkId: 'n',
    networkName: 'bridge',
    kind: 'bridge',
    endpoint: { id: 'e', address: '172.17.0.2', bits: 16, gateway: '172.17.0.1', mac: '', hostLink: '' },
  } as const
  const hosts = hostsFile(sandbox, { hostname: 'web', domainname: 'example.org', more: [] }, '')
  assert.match(hosts, /^127\.0\.0\.1\tlocalhost$/m)
  assert.match(hosts, /^172\.17\.0\.2\tweb\.example\.org web$/m)
  assert.match(hosts, /^172\.17\.0\.1\thost\.docker\.internal$/m)
  const host = 'nameserver 127.0.0.53\nsearch example.org\noptions edns0\n'
  assert.equal(
    resolvConf(sandbox, host, 'nameserver 9.9.9.9\n', AS_HOST),
    'nameserver 9.9.9.9\nsearch example.org\noptions edns0\n',
  )
  assert.match(resolvConf(sandbox, host, undefined, AS_HOST), /^nameserver 8\.8\.8\.8$/m)
  assert.equal(resolvConf({ ...sandbox, kind: 'host' }, host, undefined, AS_HOST), host)
})

test('files say what was asked for', () => {
  const sandbox = { containerId: 'c', networkId: 'n', networkName: 'none', kind: 'null' } as const
  const more = [
    { name: 'db', address: '1.2.3.4' },
    { name: 'v6', address: '::5' },
  ]
  const names = { hostname: 'web', domainname: '', more }
  assert.match(hostsFile(sandbox, names, ''), /^1\.2\.3\.4\tdb\n::5\tv6$/m)
  assert.equal(hostsFile({ ...sandbox, kind: 'host' }, names, '# own\n'), '# own\n1.2.3.4\tdb\n::5\tv6\n')
  const host = 'nameserver 9.9.9.9\nsearch example.org\noptions edns0\n'
  const asked = { dns: ['1.1.1.1', '::1'], dnsSearch: ['a.test', 'b.test'], dnsOptions: ['ndots:2', 'rotate'] }
  assert.equal(
    resolvConf(sandbox, host, undefined, asked),
    'nameserver 1.1.1.1\nnameserver ::1\nsearch a.test b.test\noptions ndots:2 rotate\n',
  )
  assert.equal(
    resolvConf(sandbox, host, undefined, { ...AS_HOST, dnsSearch: ['.'] }),
    'nameserver 9.9.9.9\noptions edns0\n',
  )
  assert.equal(
    resolvConf({ ...sandbox, kind: 'host' }, 'nameserver 127.0.0.1\n', undefined, { ...AS_HOST, dnsSearch: ['x.y'] }),
    'nameserver 127.0.0.1\nsearch x.y\n',
  )
})
