import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseWhen } from './when.ts'

test('times as filters say them', () => {
  const now = 1_700_000_000_000
  const cases: [string, number][] = [
    ['1700000000', now],
    ['1700000000.5', now + 500],
    ['0', 0],
    ['1h30m', now - 5_400_000],
    ['2023-11-14T22:13:20Z', now],
    ['2023-11-14T22:13:20.250Z', now + 250],
    ['2023-11-14T23:13:20+01:00', now],
    ['2023-11-14T22:13', now - 20_000],
    ['2023-11-14', Date.UTC(2023, 10, 14)],
  ]
  for (const [text, expected] of cases) assert.equal(parseWhen(text, now), expected, text)
  for (const text of ['', 'yesterday', '2023-99-99', '10 h', '2023-11-14T22:13:20X']) {
    assert.throws(() => parseWhen(text, now), { kind: 'invalid-argument' }, text)
  }
})
