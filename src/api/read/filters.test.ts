import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkFilters, filterFlag, readFilters, writeFilters } from './filters.ts'

test('both forms of filters read alike', () => {
  const expected = new Map([
    ['label', ['a=b', 'c']],
    ['status', ['exited']],
  ])
  assert.deepEqual(readFilters('{"label":["a=b","c","a=b"],"status":["exited"]}'), expected)
  assert.deepEqual(readFilters('{"label":{"a=b":true,"c":false},"status":{"exited":true}}'), expected)
  assert.deepEqual(readFilters('{"label":null}'), new Map([['label', []]]))
  for (const none of ['', '{}', 'null']) assert.deepEqual(readFilters(none), new Map())
})

test('what is neither form is refused in Docker’s words', () => {
  for (const bad of ['x', '[]', '"a"', '5', '{"a":"b"}', '{"a":[1]}', '{"a":["x"],"b":{"y":true}}', '{"a":{"b":1}}']) {
    assert.throws(() => readFilters(bad), { kind: 'invalid-argument', message: 'invalid filter' }, bad)
  }
  assert.throws(() => readFilters('['.repeat(1e5)), { message: 'invalid filter' })
})

test('keys that mean something to JavaScript filter like any other (S55)', () => {
  const filters = readFilters('{"label":{"__proto__":true,"constructor":true},"__proto__":{"x":true}}')
  assert.deepEqual([...filters.keys()], ['label', '__proto__'])
  assert.deepEqual(filters.get('label'), ['__proto__', 'constructor'])
  assert.equal(writeFilters(filters), '{"label":{"__proto__":true,"constructor":true},"__proto__":{"x":true}}')
  assert.deepEqual(readFilters(writeFilters(filters)), filters)
})

test('only accepted keys pass', () => {
  checkFilters(readFilters('{"id":["x"]}'), ['id', 'name'])
  assert.throws(() => checkFilters(readFilters('{"foo":["x"]}'), ['id', 'name']), {
    message: "invalid filter 'foo'",
    fix: 'use one of id, name',
  })
})

test('a flag is true, false, absent or refused', () => {
  assert.equal(filterFlag(readFilters('{"dangling":["1"]}'), 'dangling'), true)
  assert.equal(filterFlag(readFilters('{"dangling":{"false":true}}'), 'dangling'), false)
  assert.equal(filterFlag(readFilters('{}'), 'dangling'), undefined)
  const refused = { 'dangling=[x]': '["x"]', 'dangling=[true false]': '["true","false"]', dangling: '[]' }
  for (const [shown, values] of Object.entries(refused)) {
    assert.throws(() => filterFlag(readFilters(`{"dangling":${values}}`), 'dangling'), {
      message: `invalid filter '${shown}'`,
    })
  }
})
