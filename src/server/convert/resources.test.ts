import assert from 'node:assert/strict'
import { test } from 'node:test'
import { convertLimits } from './resources.ts'

const NOTHING = {
  memoryReservation: false,
  memorySwappiness: false,
  oomKillDisable: false,
  cpuRealtime: false,
  blockWeight: false,
  blockWeightDevice: false,
  blockThrottle: false,
  cpus: '0-3',
  memoryNodes: '0',
}
const EVERYTHING = {
  memoryReservation: true,
  memorySwappiness: true,
  oomKillDisable: true,
  cpuRealtime: true,
  blockWeight: true,
  blockWeightDevice: true,
  blockThrottle: true,
  cpus: '0-3',
  memoryNodes: '0',
}
const HOST = { processors: 4, limits: EVERYTHING, version: '1.51' } as const
const POOR = { ...HOST, limits: NOTHING }

const ASKED = {
  MemoryReservation: 2 ** 25,
  MemorySwappiness: 5,
  OomKillDisable: true,
  BlkioWeight: 100,
  BlkioWeightDevice: [{ Path: '/dev/a', Weight: 10 }],
  BlkioDeviceReadBps: [{ Path: '/dev/a', Rate: 1 }],
  BlkioDeviceWriteBps: [{ Path: '/dev/a', Rate: 2 }],
  BlkioDeviceReadIOps: [{ Path: '/dev/a', Rate: 3 }],
  BlkioDeviceWriteIOps: [{ Path: '/dev/a', Rate: 4 }],
}

test('what the kernel cannot do is left out, and said', () => {
  const { resources, warnings } = convertLimits(ASKED, POOR)
  assert.deepEqual(resources, {})
  assert.deepEqual(
    warnings.map(text => text.slice(text.lastIndexOf('. ', text.length - 2) + 2)),
    [
      ...['Memory swappiness discarded.', 'Limitation discarded.', 'OomKillDisable discarded.', 'Weight discarded.'],
      ...['Weight-device discarded.', 'Block I/O BPS read limit discarded.', 'Block I/O BPS write limit discarded.'],
      ...['Block I/O IOPS read limit discarded.', 'Block I/O IOPS write limit discarded.'],
    ],
  )
  assert.throws(
    () => convertLimits({ CpuRealtimeRuntime: 1, CpuRealtimePeriod: 2 }, POOR),
    /does not support CPU real-time/,
  )
})

test('what it can do is done', () => {
  const { resources, warnings } = convertLimits({ ...ASKED, Memory: 2 ** 26 }, HOST)
  assert.deepEqual(warnings, [])
  const at = (value: number) => [{ device: '/dev/a', value }]
  assert.deepEqual(resources, {
    memoryReservation: 2 ** 25,
    swappiness: 5,
    oomKillDisable: true,
    block: {
      weight: 100,
      weights: at(10),
      readBytes: at(1),
      writeBytes: at(2),
      readOperations: at(3),
      writeOperations: at(4),
    },
  })
  assert.match(convertLimits({ OomKillDisable: true }, HOST).warnings[0] ?? '', /no memory limit is set/)
})

test('nothing asked for is nothing, and kernel memory counts for old clients alone', () => {
  const nothing = { memory: 0, memorySwap: 0, cpu: {}, resources: {}, warnings: [] }
  assert.deepEqual(convertLimits({ MemorySwappiness: -1, OomKillDisable: false, KernelMemory: 2 ** 26 }, HOST), nothing)
  const old = convertLimits({ KernelMemory: 2 ** 26 }, { ...HOST, version: '1.41' })
  assert.match(old.warnings[0] ?? '', /kernel memory limit .* discarded/)
})

test('what cannot be is refused', () => {
  for (const [asked, words] of [
    [{ NanoCpus: 1, CpuPeriod: 1000 }, /Nano CPUs and CPU Period/],
    [{ NanoCpus: 1, CpuQuota: 1000 }, /Nano CPUs and CPU Quota/],
    [{ NanoCpus: 5e9 }, /from 0.01 to 4.00/],
    [{ CpusetCpus: '4' }, /Requested CPUs are not available - requested 4, available: 0-3/],
    [{ CpusetMems: '1' }, /Requested memory nodes are not available - requested 1, available: 0/],
    [{ CpusetCpus: 'x' }, /Invalid value x for cpuset cpus/],
    [{ CpuRealtimeRuntime: 3, CpuRealtimePeriod: 2 }, /runtime cannot be higher/],
    [{ MemorySwappiness: 101 }, /valid memory swappiness range is 0-100/],
    [{ BlkioWeight: 9 }, /from 10 to 1000/],
    [{ Memory: 2 ** 23, MemoryReservation: 2 ** 24 }, /less than memory reservation/],
    [{ MemoryReservation: 1 }, /Minimum memory reservation/],
    [{ MemorySwap: 2 ** 24 }, /always set the Memory limit/],
    [{ IOMaximumIOps: 1 }, /QoS maximum IOPs/],
  ] as const) {
    assert.throws(() => convertLimits(asked, HOST), words)
  }
  assert.equal(convertLimits({ MemorySwap: 2 ** 24 }, HOST, true).memorySwap, 2 ** 24)
})
