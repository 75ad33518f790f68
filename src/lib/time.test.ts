import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatRfc3339Nano, formatRfc3339NanoFixed, nowNanos, parseRfc3339, ZERO_TIME } from './time.ts'

test('times keep their nanoseconds both ways', () => {
  for (const text of ['2026-11-23T06:17:00Z', '2026-11-23T06:17:00.000000001Z', '1969-12-31T23:59:59.5Z']) {
    const parsed = parseRfc3339(text)
    assert.ok(parsed !== undefined)
    assert.equal(formatRfc3339Nano(parsed), text)
  }
  assert.equal(formatRfc3339NanoFixed(parseRfc3339('2026-11-23T06:17:00.5Z') ?? 0n), '2026-11-23T06:17:00.500000000Z')
  assert.equal(parseRfc3339('2026-11-23T08:17:00+02:00'), parseRfc3339('2026-11-23T06:17:00Z'))
})

test('what is no time, and the zero time, parse to undefined', () => {
  for (const text of ['', 'now', '2026-11-23', '2026-13-40T00:00:00Z', ZERO_TIME])
    assert.equal(parseRfc3339(text), undefined)
})

test('the clock never repeats', () => {
  let last = 0n
  for (let i = 0; i < 10_000; i++) {
    const now = nowNanos()
    assert.ok(now > last)
    last = now
  }
})
