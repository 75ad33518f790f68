import assert from 'node:assert/strict'
import { test } from 'node:test'
import { abortable } from './abort.ts'
import { KeyedLock } from './lock.ts'

test('what comes after the abort goes to whoever cleans up, also where the abort came first', async () => {
  const lock = new KeyedLock()
  const acquire = (signal: AbortSignal) =>
    abortable(lock.acquire('key'), signal, 'wait', late => late[Symbol.dispose]())
  await assert.rejects(acquire(AbortSignal.abort()), { kind: 'cancelled', message: 'wait: cancelled' })
  const held = await acquire(new AbortController().signal)
  const patience = new AbortController()
  const waiting = acquire(patience.signal)
  patience.abort()
  await assert.rejects(waiting, { kind: 'cancelled' })
  held[Symbol.dispose]()
  using _mine = await lock.acquire('key')
})

test('what is there in time is given, and failures come through', async () => {
  const { signal } = new AbortController()
  assert.equal(await abortable(Promise.resolve(7), signal, 'wait', () => assert.fail()), 7)
  assert.equal(await abortable(Promise.resolve(8), undefined, 'wait', () => assert.fail()), 8)
  await assert.rejects(
    abortable(Promise.reject(new Error('own')), signal, 'wait', () => assert.fail()),
    /own/,
  )
})
