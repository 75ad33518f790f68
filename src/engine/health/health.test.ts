import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HealthResult } from '../container/record.ts'
import { afterProbe, probeDelay, starting } from './health.ts'

const check = {
  target: { kind: 'tcp', port: 1 } as const,
  interval: 30_000,
  timeout: 1000,
  startPeriod: 10_000,
  startInterval: 500,
  retries: 2,
}

function result(code: number): HealthResult {
  return { start: '', end: '', code, output: '' }
}

test('failures count from the end of the start period or the first success', () => {
  const early = afterProbe(starting(undefined), result(1), check, 9_999)
  assert.deepEqual([early.status, early.failingStreak, early.log.length], ['starting', 0, 1])
  const late = afterProbe(early, result(1), check, 10_000)
  assert.deepEqual([late.status, late.failingStreak], ['starting', 1])
  assert.equal(afterProbe(late, result(-1), check, 10_001).status, 'unhealthy')
  const well = afterProbe(early, result(0), check, 1)
  assert.deepEqual([well.status, well.failingStreak], ['healthy', 0])
  const failing = afterProbe(well, result(1), check, 2)
  assert.deepEqual([failing.status, failing.failingStreak], ['healthy', 1])
  assert.equal(afterProbe(afterProbe(failing, result(1), check, 3), result(0), check, 4).status, 'healthy')
})

test('five results are kept, over starts too', () => {
  let health = starting(undefined)
  for (let code = 0; code < 8; code++) health = afterProbe(health, result(code), check, 20_000)
  assert.deepEqual(
    health.log.map(({ code }) => code),
    [3, 4, 5, 6, 7],
  )
  assert.deepEqual(starting(health), { status: 'starting', failingStreak: 0, log: health.log })
})

test('probes come faster while it starts', () => {
  assert.equal(probeDelay(starting(undefined), check, 9_999), 500)
  assert.equal(probeDelay(starting(undefined), check, 10_000), 30_000)
  assert.equal(probeDelay({ ...starting(undefined), status: 'healthy' }, check, 1), 30_000)
})
