import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KeyedLock, Semaphore } from './lock.ts'

test('holders of one key take turns in order, other keys do not wait', async () => {
  const lock = new KeyedLock()
  const order: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = lock.run('a', async () => {
    await gate.promise
    order.push('a1')
  })
  const second = lock.run('a', () => void order.push('a2'))
  await lock.run('b', () => void order.push('b'))
  gate.resolve()
  await Promise.all([first, second])
  assert.deepEqual(order, ['b', 'a1', 'a2'])
  assert.equal(lock.isHeld('a'), false)
})

test('a failing holder lets the next one in', async () => {
  const lock = new KeyedLock()
  await assert.rejects(lock.run('a', () => Promise.reject(new Error('no'))))
  assert.equal(await lock.run('a', () => 7), 7)
})

test('a semaphore never runs more than its limit', async () => {
  const semaphore = new Semaphore(2)
  let running = 0
  let most = 0
  await Promise.all(
    Array.from({ length: 9 }, () =>
      semaphore.run(async () => {
        most = Math.max(most, ++running)
        await new Promise(resolve => setImmediate(resolve))
        running--
      }),
    ),
  )
  assert.equal(most, 2)
  assert.equal(running, 0)
})
