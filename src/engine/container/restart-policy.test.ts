import assert from 'node:assert/strict'
import { test } from 'node:test'
import { restartDelay, startsAgain } from './restart-policy.ts'

test('each policy says of each end whether it was the last', () => {
  const run = (
    name: 'no' | 'always' | 'unless-stopped' | 'on-failure',
    retries: number,
    code: number,
    isStopped = false,
  ) => startsAgain({ name, retries }, { code, restarts: 2, isStopped })
  assert.deepEqual([run('no', 0, 1), run('always', 0, 0), run('unless-stopped', 0, 0)], [false, true, true])
  assert.deepEqual([run('always', 0, 0, true), run('unless-stopped', 0, 1, true)], [true, false])
  assert.deepEqual(
    [run('on-failure', 0, 1), run('on-failure', 0, 0), run('on-failure', 0, 137, true)],
    [true, false, false],
  )
  assert.deepEqual([run('on-failure', 2, 1), run('on-failure', 3, 1)], [false, true])
})

test('waits double to a minute, and begin anew after a run of ten seconds', () => {
  const waits: number[] = []
  for (let last: number | undefined; waits.length < 12; waits.push(last)) last = restartDelay(last, 9_999)
  assert.deepEqual(waits.slice(0, 4), [100, 200, 400, 800])
  assert.deepEqual(waits.slice(-2), [60_000, 60_000])
  assert.equal(restartDelay(60_000, 10_000), 100)
})
