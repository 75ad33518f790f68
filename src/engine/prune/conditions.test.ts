import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meets } from './conditions.ts'

const ANY = { labels: [], notLabels: [], until: undefined }

test('labels all hold, excluded ones not all, and time is before', () => {
  const own = { a: '1', b: '' }
  const cases: [Parameters<typeof meets>[0], boolean][] = [
    [ANY, true],
    [{ ...ANY, labels: ['a'] }, true],
    [{ ...ANY, labels: ['a=1', 'b='] }, true],
    [{ ...ANY, labels: ['a=1', 'c'] }, false],
    [{ ...ANY, labels: ['toString'] }, false],
    [{ ...ANY, notLabels: ['a'] }, false],
    [{ ...ANY, notLabels: ['a', 'c'] }, true],
    [{ ...ANY, until: 100 }, true],
    [{ ...ANY, until: 99 }, false],
  ]
  for (const [conditions, expected] of cases)
    assert.equal(meets(conditions, own, 100), expected, JSON.stringify(conditions))
})
