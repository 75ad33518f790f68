import assert from 'node:assert/strict'
import { test } from 'node:test'
import { capabilitiesOf, DEFAULT_CAPABILITIES, everyCapability, parseCapability } from './capabilities.ts'
import { askedDevices, parseDeviceRule } from './devices.ts'
import { parseUlimit } from './rlimits.ts'
import { checkSysctl } from './sysctls.ts'

const NONE = { privileged: false, addedCapabilities: [], droppedCapabilities: [] }

test('capabilities are added to and taken from the usual ones', () => {
  assert.deepEqual(capabilitiesOf(NONE), DEFAULT_CAPABILITIES)
  assert.deepEqual(capabilitiesOf({ ...NONE, privileged: true, droppedCapabilities: ['ALL'] }), everyCapability())
  assert.deepEqual(capabilitiesOf({ ...NONE, droppedCapabilities: ['all'] }), [])
  assert.deepEqual(
    capabilitiesOf({ ...NONE, droppedCapabilities: DEFAULT_CAPABILITIES.slice(1).map(name => name.toLowerCase()) }),
    ['CAP_CHOWN'],
  )
  assert.ok(
    !capabilitiesOf({ ...NONE, addedCapabilities: ['ALL'], droppedCapabilities: ['kill'] }).includes('CAP_KILL'),
  )
  assert.equal(parseCapability('net_admin', 'CapAdd'), 'CAP_NET_ADMIN')
  assert.throws(() => parseCapability('nope', 'CapDrop'), {
    message: 'invalid CapDrop: unknown capability: "CAP_NOPE"',
  })
})

test('rules of devices', () => {
  assert.deepEqual(parseDeviceRule('c 10:200 rwm'), { allow: true, type: 'c', major: 10, minor: 200, access: 'rwm' })
  assert.deepEqual(parseDeviceRule('b *:3 r'), { allow: true, type: 'b', minor: 3, access: 'r' })
  assert.deepEqual(parseDeviceRule('a *:* w'), { allow: true, type: 'a', access: 'w' })
  for (const text of ['', 'c 1:2', 'd 1:2 r', 'c 1:2 x', 'c 1:2 rwmr', 'c x:2 r']) {
    assert.throws(() => parseDeviceRule(text), { message: `invalid device cgroup rule format: '${text}'` })
  }
})

test('a device is what stands on the host, under the name that it gets', () => {
  const { nodes, rules } = askedDevices([{ source: '/dev/null', destination: '/dev/nil', permissions: 'rw' }], [])
  assert.deepEqual(
    nodes.map(({ path, type, major, minor }) => ({ path, type, major, minor })),
    [{ path: '/dev/nil', type: 'c', major: 1, minor: 3 }],
  )
  assert.deepEqual(rules, [{ allow: true, type: 'c', major: 1, minor: 3, access: 'rw' }])
  const adding = 'error gathering device information while adding custom device'
  for (const [source, reason] of [
    ['/dev/none-such', 'no such file or directory'],
    ['/etc/passwd', 'not a device node'],
  ] as const) {
    assert.throws(() => askedDevices([{ source, destination: '/x', permissions: 'r' }], []), {
      message: `${adding} "${source}": ${reason}`,
    })
  }
})

test('limits of processes', () => {
  assert.deepEqual(parseUlimit({ name: 'nofile', soft: 1, hard: -1 }), { name: 'nofile', soft: 1, hard: -1 })
  assert.throws(() => parseUlimit({ name: 'toString', soft: 1, hard: 1 }), { message: 'invalid ulimit type: toString' })
  for (const [soft, hard] of [
    [2, 1],
    [-1, 1],
  ] as const) {
    assert.throws(() => parseUlimit({ name: 'core', soft, hard }), /soft limit must be less than or equal/)
  }
})

test('only what belongs to a namespace of the container may be set', () => {
  const own = { network: 'own', ipc: 'own', uts: 'own' } as const
  for (const name of [
    'net.ipv4.ip_forward',
    'net/core/somaxconn',
    'kernel.shmmax',
    'fs.mqueue.msg_max',
    'kernel.domainname',
  ]) {
    checkSysctl(name, own)
  }
  for (const [name, scope, words] of [
    ['kernel.panic', own, 'is not in a separate kernel namespace'],
    ['vm.swappiness', own, 'is not in a separate kernel namespace'],
    ['kernel.hostname', own, 'is not allowed as it conflicts with the OCI "hostname" field'],
    ['net.ipv4.ip_forward', { ...own, network: 'host' }, 'not allowed in host network namespace'],
    ['kernel.shmmax', { ...own, ipc: 'host' }, 'is not allowed in the hosts ipc namespace'],
    ['kernel.domainname', { ...own, uts: 'host' }, 'is not in a separate kernel namespace'],
  ] as const) {
    assert.throws(() => checkSysctl(name, scope), { message: `sysctl "${name}" ${words}` })
  }
})
