import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidArgument } from '#lib/errors'
import { parseJson } from './parse.ts'

function refusal(text: string): string {
  try {
    parseJson(text)
  } catch (error) {
    assert.ok(error instanceof InvalidArgument)
    return error.message
  }
  return 'accepted'
}

test('what does not parse is refused as dockerd 28.5 refuses it', () => {
  assert.equal(refusal(''), 'invalid JSON: got EOF while reading request body')
  assert.equal(refusal(' \n'), 'invalid JSON: got EOF while reading request body')
  assert.equal(refusal('{'), 'invalid JSON: unexpected EOF')
  assert.equal(refusal('{"Image":"bb"'), 'invalid JSON: unexpected EOF')
  assert.equal(refusal('{"Image":"b'), 'invalid JSON: unexpected EOF')
  assert.equal(refusal('tru'), 'invalid JSON: unexpected EOF')
  assert.equal(refusal('{"Image":"bb"} x'), 'unexpected content after JSON')
  assert.equal(refusal('{} {}'), 'unexpected content after JSON')
  assert.equal(refusal('{"Image":xb"}'), "invalid JSON: invalid character 'x' looking for beginning of value")
  assert.equal(refusal('\ufeff{}'), "invalid JSON: invalid character '\ufeff' looking for beginning of value")
})

test('a refusal repeats one character of the text, never more', () => {
  assert.equal(refusal('{"password":"hunter2" "x":1}'), `invalid JSON: invalid character '\\"' at offset 22`)
  assert.equal(refusal('{"password":hunter2}'), "invalid JSON: invalid character 'h' looking for beginning of value")
  assert.equal(refusal('{"a":"\u0001"}'), "invalid JSON: invalid character '\\u0001' at offset 6")
})

test('depth and size are bounded before anything is built', () => {
  assert.equal(refusal('['.repeat(100_000)), 'invalid JSON: nested more than 100 levels deep')
  assert.equal(refusal('{"a":'.repeat(100_000)), 'invalid JSON: nested more than 100 levels deep')
  assert.equal(refusal('['.repeat(100) + ']'.repeat(100)), 'accepted')
  assert.throws(() => parseJson('[[[]]]', { maxDepth: 2 }), { message: 'invalid JSON: nested more than 2 levels deep' })
  assert.equal(refusal(`"${'[\\"'.repeat(1000)}"`), 'accepted')
  assert.throws(() => parseJson('"äää"', { maxBytes: 7 }), { message: 'invalid JSON: larger than 7 bytes' })
  assert.equal(parseJson('"äää"', { maxBytes: 8 }), 'äää')
})

test('the last of duplicate keys wins', () => {
  assert.deepEqual(parseJson('{"a":1,"b":2,"a":3}'), { a: 3, b: 2 })
})

test('keys that mean something to JavaScript are keys like any other', () => {
  const value = parseJson('{"__proto__":{"x":1},"constructor":2}')
  assert.ok(typeof value === 'object' && value !== null)
  assert.deepEqual(Object.keys(value), ['__proto__', 'constructor'])
  assert.equal(Reflect.get({}, 'x'), undefined)
})
