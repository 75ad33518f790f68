import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createNetworkNamespace, inNetworkNamespace, removeNetworkNamespace } from '../namespaces.ts'
import { rulesetGeneration } from '../netfilter.ts'
import { applyRuleset } from '../nft.ts'
import { writeSysctl } from '../sysctl.ts'
import { addAddress, addDefaultRoute, addresses, routedPrefixes } from './address.ts'
import {
  createBridge,
  createVeth,
  deleteLink,
  FIRST_LINK_INDEX,
  LOOPBACK_INDEX,
  linkByName,
  links,
  linkUp,
} from './link.ts'
import { RouteSocket, routeSocketIn } from './socket.ts'

const folder = mkdtempSync(join(tmpdir(), 'gantry-netlink-'))
const host = join(folder, 'host')
const guest = join(folder, 'guest')

before(() => {
  createNetworkNamespace(host)
  createNetworkNamespace(guest)
})

after(() => {
  removeNetworkNamespace(guest)
  removeNetworkNamespace(host)
  rmSync(folder, { recursive: true })
})

test('a bridge, a pair of links, addresses and a default route', () => {
  using outside = routeSocketIn(host)
  using inside = routeSocketIn(guest)
  createBridge(outside, 'br0', 1400, '02:00:00:00:00:01')
  const bridge = linkByName(outside, 'br0')
  assert.equal(bridge?.kind, 'bridge')
  assert.equal(bridge.up, true)
  assert.equal(bridge.mtu, 1400)
  outside.change(addAddress(bridge.index, 0x0a580001, 24))
  inNetworkNamespace(host, () => {
    createVeth(outside, {
      hostName: 'veth0',
      bridge: bridge.index,
      mtu: 1400,
      peer: { name: 'eth0', namespace: guest, mac: '02:00:00:00:00:02' },
    })
  })
  inside.change(
    linkUp(LOOPBACK_INDEX),
    addAddress(FIRST_LINK_INDEX, 0x0a580002, 24),
    linkUp(FIRST_LINK_INDEX),
    addDefaultRoute(FIRST_LINK_INDEX, 0x0a580001),
  )
  assert.deepEqual(
    links(inside).map(link => [link.index, link.name, link.up]),
    [
      [1, 'lo', true],
      [2, 'eth0', true],
    ],
  )
  assert.deepEqual(
    addresses(inside).filter(address => address.link === FIRST_LINK_INDEX),
    [{ link: FIRST_LINK_INDEX, address: 0x0a580002, bits: 24 }],
  )
  assert.ok(routedPrefixes(outside).some(prefix => prefix.address === 0x0a580000 && prefix.bits === 24))
  assert.equal(linkByName(outside, 'veth0')?.master, bridge.index)
  assert.equal(deleteLink(outside, 'veth0'), true)
  assert.equal(deleteLink(outside, 'veth0'), false)
  assert.deepEqual(
    links(inside).map(link => link.name),
    ['lo'],
  )
})

test('what the kernel refuses is thrown with its code and what was tried', () => {
  using socket = routeSocketIn(host)
  createBridge(socket, 'twice', 1500, '02:00:00:00:00:03')
  assert.throws(() => createBridge(socket, 'twice', 1500, '02:00:00:00:00:03'), {
    code: 'EEXIST',
    message: 'create bridge twice: file exists',
  })
  assert.throws(() => socket.change(linkUp(999)), { code: 'ENODEV' })
})

test('settings and sockets belong to the namespace that they were made in', () => {
  assert.equal(
    inNetworkNamespace(guest, () => writeSysctl('net/ipv4/ip_forward', '1')),
    true,
  )
  using here = new RouteSocket()
  assert.equal(linkByName(here, 'twice'), undefined)
})

test('a failing body returns the thread to its own namespace', () => {
  assert.throws(
    () =>
      inNetworkNamespace(host, () => {
        throw new Error('inside')
      }),
    { message: 'inside' },
  )
  using here = new RouteSocket()
  assert.equal(linkByName(here, 'twice'), undefined)
})

test('the ruleset has another number after every change', async () => {
  const before = rulesetGeneration()
  assert.ok(before !== undefined)
  assert.equal(rulesetGeneration(), before)
  await applyRuleset('add table inet gantry_generation_test')
  const changed = rulesetGeneration()
  assert.notEqual(changed, before)
  await applyRuleset('delete table inet gantry_generation_test')
  assert.notEqual(rulesetGeneration(), changed)
})
