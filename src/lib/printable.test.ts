import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printable, quoted } from './printable.ts'

test('what could move a terminal is escaped', () => {
  assert.equal(printable('a\x1b]0;t\x07b\r\x9bc\u202ed\ud800'), 'a\\x1b]0;t\\x07b\\x0d\\x9bc\\u202ed\\ud800')
  assert.equal(quoted('say "hé" 漢😀'), '"say \\"hé\\" 漢😀"')
})

test('long text is cut', () => {
  assert.equal(printable('x'.repeat(300)).length, 203)
  assert.equal(quoted('abcdef', 3), '"abc..."')
})
