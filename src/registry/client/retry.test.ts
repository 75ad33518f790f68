import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NotFound } from '#lib/errors'
import { RegistryUnavailable } from './failure.ts'
import { retrying } from './retry.ts'
import { retryAfterMillis } from './status.ts'
import { DEFAULT_TIMING, type Timing } from './timing.ts'

function timingWith(slept: number[], random: number): Timing {
  return { ...DEFAULT_TIMING, random: () => random, sleep: async millis => void slept.push(millis) }
}

const broken = new RegistryUnavailable('broken', 'broken')

test('five tries, each after twice the wait, spread by chance', async () => {
  for (const [random, waits] of [
    [1, [500, 1000, 2000, 4000]],
    [0, [250, 500, 1000, 2000]],
  ] as const) {
    const slept: number[] = []
    let tries = 0
    const failing = retrying(timingWith(slept, random), { troubles: ['broken'], signal: undefined }, async () => {
      tries++
      throw broken
    })
    await assert.rejects(failing, broken)
    assert.equal(tries, 5)
    assert.deepEqual(slept, waits)
  }
})

test('waits are capped, and a server that names a time is waited for, if it is not too long', async () => {
  const slept: number[] = []
  const failing = (error: Error, timing: Partial<Timing> = {}) =>
    retrying({ ...timingWith(slept, 1), ...timing }, { troubles: ['busy', 'broken'], signal: undefined }, () =>
      Promise.reject(error),
    )
  await assert.rejects(failing(broken, { backoffMax: 700 }))
  assert.deepEqual(slept.splice(0), [500, 700, 700, 700])
  await assert.rejects(failing(new RegistryUnavailable('busy', 'busy', { retryAfter: 3000 })))
  assert.deepEqual(slept.splice(0), [3500, 3500, 3500, 3500])
  await assert.rejects(failing(new RegistryUnavailable('busy', 'busy', { retryAfter: 3000 }), { random: () => 0 }))
  assert.deepEqual(slept.splice(0), [3000, 3000, 3000, 3000])
  await assert.rejects(failing(new RegistryUnavailable('busy', 'busy', { retryAfter: 3_600_000 })))
  assert.deepEqual(slept, [])
})

test('what is final is not tried again', async () => {
  const slept: number[] = []
  const errors = [new NotFound('no'), new RegistryUnavailable('endpoint', 'no TLS'), new TypeError('bug')]
  for (const error of errors) {
    const failing = retrying(timingWith(slept, 1), { troubles: ['broken', 'busy', 'connect'], signal: undefined }, () =>
      Promise.reject(error),
    )
    await assert.rejects(failing, error)
  }
  assert.deepEqual(slept, [])
})

test('tries that get on do not count', async () => {
  const slept: number[] = []
  let bytes = 0
  const done = retrying(
    timingWith(slept, 1),
    { troubles: ['broken'], progress: () => bytes, signal: undefined },
    async () => {
      if (bytes >= 20 << 20) return bytes
      bytes += 1 << 20
      throw broken
    },
  )
  assert.equal(await done, 20 << 20)
  assert.equal(slept.length, 20)
})

test('a cancelled wait ends', async () => {
  const controller = new AbortController()
  const failing = retrying(
    { ...DEFAULT_TIMING, backoff: 1e6, backoffMax: 1e6, retryAfterMax: 1e7 },
    { troubles: ['broken'], signal: controller.signal },
    async () => {
      queueMicrotask(() => controller.abort())
      throw broken
    },
  )
  await assert.rejects(failing, { kind: 'cancelled' })
})

test('Retry-After in seconds and as a date', () => {
  const now = Date.parse('2026-11-23T06:17:00Z')
  assert.equal(retryAfterMillis('120', now), 120_000)
  assert.equal(retryAfterMillis('Mon, 23 Nov 2026 06:18:00 GMT', now), 60_000)
  assert.equal(retryAfterMillis('Mon, 23 Nov 2020 06:18:00 GMT', now), 0)
  for (const header of [undefined, '', 'soon', '-1', '1e9', '99999999999'])
    assert.equal(retryAfterMillis(header, now), undefined)
})
