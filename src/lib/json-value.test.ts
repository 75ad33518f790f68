import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JsonValue } from './json-value.ts'

const parse = (text: string) => JsonValue.parse(Buffer.from(text), 'thing', 1 << 20)

test('null and absence are the zero value', () => {
  const value = parse('{"a":null}')
  for (const name of ['a', 'b']) {
    assert.equal(value.member(name).absent, true)
    assert.equal(value.member(name).string(), '')
    assert.equal(value.member(name).integer(), 0)
    assert.equal(value.member(name).boolean(), false)
    assert.deepEqual(value.member(name).elements(1), [])
    assert.deepEqual(value.member(name).entries(1), [])
    assert.equal(value.member(name).member('deeper').string(), '')
  }
})

test('a wrong type says where it stands', () => {
  const value = parse('{"a":[{"b":"x"}],"n":1.5,"big":9007199254740993}')
  assert.throws(() => value.member('a').elements(9)[0]?.member('b').integer(), {
    message: 'invalid thing: a[0].b: not a whole number',
  })
  assert.throws(() => value.member('a').member('b'), { message: 'invalid thing: a: not an object' })
  assert.throws(() => value.member('n').integer(), /n: not a whole number/)
  assert.throws(() => value.member('big').integer(), /big: not a whole number/)
  assert.throws(() => value.member('a').elements(0), /a: 1 entries, at most 0 are read/)
  assert.throws(() => parse('{'), /invalid thing: not JSON/)
  assert.throws(() => parse('\ufeff{}'), /not JSON/)
  assert.throws(() => JsonValue.parse(Buffer.alloc(9), 'thing', 8), {
    message: 'invalid thing: 9 bytes, at most 8 are read',
  })
})

test('names are matched as Go matches them, never on the prototype', () => {
  const value = parse('{"CMD":"upper","Cmd":"exact","labels":{"__proto__":"p","constructor":"c","toString":"t"}}')
  assert.equal(value.member('Cmd').string(), 'exact')
  assert.equal(value.member('cMD').string(), 'exact')
  assert.equal(value.member('constructor').absent, true)
  const labels = value.member('Labels').stringRecord(9)
  assert.deepEqual(Object.entries(labels), [
    ['__proto__', 'p'],
    ['constructor', 'c'],
    ['toString', 't'],
  ])
  assert.equal(labels['hasOwnProperty'], undefined)
  assert.equal(Object.hasOwn(Object.prototype, 'p'), false)
})

test('a million brackets are refused quickly', () => {
  const start = performance.now()
  assert.throws(() => JsonValue.parse(Buffer.alloc(4 << 20, '['), 'thing', 4 << 20), /nested deeper than 10000/)
  assert.ok(performance.now() - start < 1000)
  assert.equal(parse(`"${'['.repeat(20_000)}\\"[["`).string().length, 20_003)
})
