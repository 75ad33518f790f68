import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { atTime } from './deadline.ts'
import { nowNanos } from './time.ts'

const DAY_MS = 24 * 3600 * 1000

test('a time that is farther off than a timer reaches is waited for', () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_700_000_000_000 })
  const then = mock.fn()
  using _deadline = atTime(nowNanos() + BigInt(60 * DAY_MS) * 1_000_000n, then)
  for (let day = 0; day < 59; day++) mock.timers.tick(DAY_MS)
  assert.equal(then.mock.callCount(), 0)
  for (let day = 0; day < 2; day++) mock.timers.tick(DAY_MS)
  assert.equal(then.mock.callCount(), 1)
  mock.timers.reset()
})

test('a time that has passed is now, and one that was called off never', t => {
  const then = t.mock.fn()
  using _past = atTime(nowNanos() - 1n, then)
  assert.equal(then.mock.callCount(), 1)
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const off = atTime(nowNanos() + 1_000_000_000n, then)
  off[Symbol.dispose]()
  t.mock.timers.tick(5000)
  assert.equal(then.mock.callCount(), 1)
})
