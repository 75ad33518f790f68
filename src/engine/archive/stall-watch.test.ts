import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { StallWatch } from './stall-watch.ts'

test('what stands still ends where somebody waits, and goes on where nobody does', async () => {
  let isWanted = false
  let looks = 0
  const waiting = () => {
    looks++
    return isWanted
  }
  using watch = new StallWatch(waiting, { stallMs: 5, lookMs: 1 })
  const keepAlive = setInterval(() => {}, 1000)
  while (looks < 30) await new Promise(setImmediate)
  assert.equal(watch.signal.aborted, false)
  isWanted = true
  await once(watch.signal, 'abort')
  assert.match(String(watch.signal.reason), /somebody waits for the container/)
  clearInterval(keepAlive)
})
