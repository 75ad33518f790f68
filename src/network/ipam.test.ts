import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AddressAllocator, chooseSubnet, DEFAULT_POOLS } from './ipam.ts'
import { formatIpv4, formatPrefix, parseIpv4, parsePrefix } from './ipv4.ts'

test('addresses and subnets parse strictly', () => {
  assert.equal(formatIpv4(parseIpv4('172.17.0.255')), '172.17.0.255')
  assert.equal(formatPrefix(parsePrefix('10.88.0.0/16')), '10.88.0.0/16')
  for (const bad of ['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', '1.2.3.-4', ' 1.2.3.4']) {
    assert.throws(() => parseIpv4(bad), { kind: 'invalid-argument' })
  }
  for (const bad of ['10.0.0.0', '10.0.0.0/33', '10.0.0.1/24', '10.0.0.0/x']) {
    assert.throws(() => parsePrefix(bad), { kind: 'invalid-argument' })
  }
})

test('the first pool that meets no route is taken', () => {
  const choose = (...taken: string[]) => formatPrefix(chooseSubnet(DEFAULT_POOLS, taken.map(parsePrefix)))
  assert.equal(choose(), '172.17.0.0/16')
  assert.equal(choose('172.17.0.0/16'), '172.18.0.0/16')
  assert.equal(choose('172.17.5.0/24', '172.18.0.0/15'), '172.20.0.0/16')
  assert.equal(choose('172.16.0.0/12', '192.168.0.0/20'), '192.168.16.0/20')
  assert.throws(() => choose('0.0.0.0/0'), /fully subnetted/)
})

test('addresses rest before they are used again, and run out with words', () => {
  const allocator = new AddressAllocator(parsePrefix('10.0.0.0/29'), [parseIpv4('10.0.0.1')], [])
  const next = () => formatIpv4(allocator.allocate())
  assert.deepEqual([next(), next()], ['10.0.0.2', '10.0.0.3'])
  allocator.release(parseIpv4('10.0.0.2'))
  assert.deepEqual([next(), next(), next(), next()], ['10.0.0.4', '10.0.0.5', '10.0.0.6', '10.0.0.2'])
  assert.throws(next, /no available IPv4 addresses/)
})

test('addresses of an earlier life are kept', () => {
  const inUse = ['10.0.0.2', '10.0.0.4'].map(parseIpv4)
  const allocator = new AddressAllocator(parsePrefix('10.0.0.0/29'), [parseIpv4('10.0.0.1')], inUse)
  assert.deepEqual(
    [1, 2, 3].map(() => formatIpv4(allocator.allocate())),
    ['10.0.0.5', '10.0.0.6', '10.0.0.3'],
  )
})
