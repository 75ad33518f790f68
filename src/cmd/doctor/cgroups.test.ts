import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CgroupHost } from '#linux'
import { checkCgroups } from './cgroups.ts'

const ALL = ['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids', 'rdma']

function unified(controllers: readonly string[]): CgroupHost {
  const tree = { version: 2, mountPoint: '/sys/fs/cgroup', controllers } as const
  return { mode: 'v2', hierarchies: [tree], strayControllers: [] }
}

test('a host with all controllers is fine, on one tree or on many', () => {
  assert.deepEqual(checkCgroups(unified(ALL)), { name: 'cgroups', verdict: 'ok', detail: 'v2' })
  const trees = ALL.map(name => ({ version: 1, mountPoint: `/sys/fs/cgroup/${name}`, controllers: [name] }) as const)
  assert.equal(checkCgroups({ mode: 'v1', hierarchies: trees, strayControllers: [] }).verdict, 'ok')
})

test('a controller that the kernel was told to leave out is named, with the way to have it', () => {
  const { verdict, detail, fix } = checkCgroups(unified(ALL.filter(name => name !== 'memory')))
  assert.equal(verdict, 'warn')
  assert.match(detail, /^v2 without memory: /)
  assert.match(fix ?? '', /cgroup_enable=memory/)
})

test('a hybrid host whose v2 tree holds a controller, and one with nothing mounted', () => {
  const trees = ALL.map(name => ({ version: 1, mountPoint: `/sys/fs/cgroup/${name}`, controllers: [name] }) as const)
  const hybrid = checkCgroups({ mode: 'hybrid', hierarchies: trees, strayControllers: ['misc'] })
  assert.deepEqual([hybrid.verdict, /holds misc/.test(hybrid.detail)], ['warn', true])
  assert.equal(checkCgroups({ mode: 'none', hierarchies: [], strayControllers: [] }).verdict, 'fail')
})
