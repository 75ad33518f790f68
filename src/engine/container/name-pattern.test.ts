import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameTest } from './name-pattern.ts'

test('a pattern is an expression over the name, with and without its slash', () => {
  assert.equal(nameTest('^web-\\d+$')('web-12'), true)
  assert.equal(nameTest('^/web')('web'), true)
  assert.equal(nameTest('^eb')('web'), false)
  assert.equal(nameTest('(')('a(b'), true)
  assert.equal(nameTest('(?=a)')('a'), false)
})

test('no pattern takes longer than its length allows', () => {
  const name = `${'a'.repeat(200)}b`
  for (const pattern of ['^(a+)+$', '^(a|aa)+$', '^(.*a){20}$', '(x+x+)+y']) {
    const begin = performance.now()
    assert.equal(nameTest(pattern)(name), false, pattern)
    assert.ok(performance.now() - begin < 500, pattern)
  }
})
