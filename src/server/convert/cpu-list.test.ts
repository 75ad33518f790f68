import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coversList } from './cpu-list.ts'

test('lists of processors', () => {
  assert.equal(coversList('0-3,7', '0,2-3,7'), true)
  assert.equal(coversList('0-3,7', '0-4'), false)
  assert.equal(coversList('0', '1'), false)
  assert.equal(coversList('', '0'), false)
  for (const list of ['', 'x', '1-', '-1', '3-1', '0,', '0-99999', '1.5'])
    assert.equal(coversList('0-3', list), undefined, list)
})
