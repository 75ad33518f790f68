import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writeJson } from './write.ts'

test('HTML is escaped only where asked for, the line separators always', () => {
  const value = { a: '<b>&', c: '\u2028\u2029"' }
  assert.equal(writeJson(value), '{"a":"<b>&","c":"\\u2028\\u2029\\""}')
  assert.equal(writeJson(value, { escapeHtml: true }), '{"a":"\\u003cb\\u003e\\u0026","c":"\\u2028\\u2029\\""}')
})

test('big integers keep their digits', () => {
  assert.equal(writeJson({ timeNano: 1795416513851327529n, list: [1n] }), '{"timeNano":1795416513851327529,"list":[1]}')
})
