import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { cgroupUsage } from './cgroup-usage.ts'

/** A tree of files as the kernel shows them; which of the two versions this host has is of no matter. */
function withFiles(files: Readonly<Record<string, string>>, body: (root: string) => void): void {
  const root = mkdtempSync(join(tmpdir(), 'usage-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true })
      writeFileSync(join(root, name), text)
    }
    body(root)
  } finally {
    rmSync(root, { recursive: true })
  }
}

test('cgroup v2', () => {
  const files = {
    'g/cpu.stat': 'usage_usec 30\nuser_usec 20\nsystem_usec 10\nnr_periods 4\nnr_throttled 1\nthrottled_usec 5\n',
    'g/memory.current': '4096\n',
    'g/memory.max': 'max\n',
    'g/memory.stat': 'anon 1\ninactive_file 2\n',
    'g/memory.events': 'low 0\noom 3\n',
    'g/pids.current': '2\n',
    'g/pids.max': '64\n',
    'g/io.stat': '8:0 rbytes=100 wbytes=200 rios=1 wios=2 dbytes=0 dios=0\n',
  }
  withFiles(files, root => {
    const tree = { version: 2, mountPoint: root, controllers: [] } as const
    const usage = cgroupUsage({ mode: 'v2', hierarchies: [tree], strayControllers: [] }, '/g')
    assert.deepEqual(usage, {
      version: 2,
      cpu: {
        total: 30_000,
        perCpu: undefined,
        system: 10_000,
        user: 20_000,
        periods: 4,
        throttledPeriods: 1,
        throttled: 5000,
      },
      memory: {
        usage: 4096,
        maxUsage: undefined,
        failures: 3,
        limit: undefined,
        stat: { anon: 1, inactive_file: 2 },
      },
      pids: { current: 2, limit: 64 },
      io: {
        bytes: [
          { major: 8, minor: 0, operation: 'read', value: 100 },
          { major: 8, minor: 0, operation: 'write', value: 200 },
        ],
        operations: [
          { major: 8, minor: 0, operation: 'read', value: 1 },
          { major: 8, minor: 0, operation: 'write', value: 2 },
        ],
      },
    })
    assert.equal(cgroupUsage({ mode: 'v2', hierarchies: [tree], strayControllers: [] }, '/gone'), undefined)
  })
})

test('cgroup v1', () => {
  const files = {
    'cpuacct/g/cpuacct.usage': '123\n',
    'cpuacct/g/cpuacct.usage_percpu': '100 23 \n',
    'cpuacct/g/cpuacct.stat': 'user 2\nsystem 1\n',
    'cpu/g/cpu.stat': 'nr_periods 4\nnr_throttled 1\nthrottled_time 5\n',
    'memory/g/memory.usage_in_bytes': '4096\n',
    'memory/g/memory.max_usage_in_bytes': '8192\n',
    'memory/g/memory.limit_in_bytes': '9223372036854771712\n',
    'memory/g/memory.failcnt': '1\n',
    'memory/g/memory.stat': 'total_inactive_file 7\n',
    'pids/g/pids.current': '2\n',
    'pids/g/pids.max': 'max\n',
    'blkio/g/blkio.throttle.io_service_bytes_recursive': '8:0 Read 5\n8:0 Write 6\nTotal 11\n',
  }
  withFiles(files, root => {
    const names = ['cpuacct', 'cpu', 'memory', 'pids', 'blkio']
    const hierarchies = names.map(name => ({ version: 1 as const, mountPoint: join(root, name), controllers: [name] }))
    const usage = cgroupUsage({ mode: 'v1', hierarchies, strayControllers: [] }, '/g')
    assert.deepEqual(usage?.cpu.perCpu, [100, 23])
    assert.deepEqual([usage?.cpu.total, usage?.cpu.user, usage?.cpu.system], [123, 20_000_000, 10_000_000])
    assert.deepEqual(usage?.memory, {
      usage: 4096,
      maxUsage: 8192,
      failures: 1,
      limit: undefined,
      stat: { total_inactive_file: 7 },
    })
    assert.deepEqual(usage?.pids, { current: 2, limit: undefined })
    assert.deepEqual(
      usage?.io.bytes.map(({ operation, value }) => [operation, value]),
      [
        ['Read', 5],
        ['Write', 6],
      ],
    )
  })
})
