import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidArgument } from '#lib/errors'
import { parseJson } from '../json/parse.ts'
import { boolean, consoleSize, int64, list, map, object, type Schema, string, stringOrList, uint16 } from '../schema.ts'
import { readBody, UNKNOWN_FIELDS_MAX } from './body.ts'

const Thing = object('Thing', {
  Name: string(),
  Init: boolean(),
  Memory: int64(),
  Weight: uint16(),
  Cmd: stringOrList(),
  Env: list(string()),
  Capabilities: list(list(string())),
  Labels: map(string()),
  ConsoleSize: consoleSize(),
  Inner: object('Inner', { Memory: int64(), Ports: map(list(object('Port', { HostPort: string() }))) }),
})

function value(text: string, schema: Schema = Thing): unknown {
  return readBody(schema, parseJson(text)).value
}

function refusal(text: string): string {
  try {
    value(text)
  } catch (error) {
    assert.ok(error instanceof InvalidArgument)
    return error.message
  }
  return 'accepted'
}

test('keys match regardless of case, and the last match wins', () => {
  assert.deepEqual(value('{"NAME":"x","init":true,"inNER":{"mEMORY":5}}'), {
    Name: 'x',
    Init: true,
    Inner: { Memory: 5 },
  })
  assert.deepEqual(value('{"memory":1,"Memory":2}'), { Memory: 2 })
  assert.deepEqual(value('{"Memory":2,"memory":1}'), { Memory: 1 })
  assert.deepEqual(value('{"Memory":1,"Memory":2}'), { Memory: 2 })
})

test('null is absent in a field and the zero value in a list or map', () => {
  assert.deepEqual(value('null'), {})
  assert.deepEqual(value('{"Name":null,"Init":null,"Memory":null,"Cmd":null,"Labels":null,"Inner":null}'), {})
  assert.deepEqual(value('{"Env":[null,"a"],"Capabilities":[null,[null]]}'), {
    Env: ['', 'a'],
    Capabilities: [[], ['']],
  })
  const inner = readBody(Thing, parseJson('{"Inner":{"Ports":{"a":null,"b":[null]}}}')).value.Inner
  assert.deepEqual({ ...inner?.Ports }, { a: [], b: [{}] })
})

test('unknown fields are ignored and reported, keys of maps are no fields', () => {
  const reading = readBody(
    Thing,
    parseJson('{"Foo":1,"Inner":{"Bar":{"Baz":1}},"Labels":{"q":"1"},"__proto__":{"a":1}}'),
  )
  assert.deepEqual(reading.unknown, ['Foo', 'Inner.Bar', '__proto__'])
  assert.deepEqual(Object.keys(reading.value), ['Inner', 'Labels'])
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`x${i}`, 1]))
  assert.equal(readBody(Thing, many).unknown.length, UNKNOWN_FIELDS_MAX)
  assert.deepEqual(readBody(Thing, { [`k"${'y'.repeat(500)}`]: 1 }).unknown, [`k\\"${'y'.repeat(62)}...`])
})

test('wrong types are refused by path, expectation and what came', () => {
  assert.equal(refusal('[]'), 'invalid request body: expected an object, got a list')
  assert.equal(refusal('"x"'), 'invalid request body: expected an object, got a string')
  assert.equal(refusal('{"Name":5}'), 'invalid request body: Name: expected a string, got a number')
  assert.equal(refusal('{"Init":"true"}'), 'invalid request body: Init: expected a boolean, got a string')
  assert.equal(
    refusal('{"inner":{"memory":"x"}}'),
    'invalid request body: Inner.Memory: expected an integer, got a string',
  )
  assert.equal(refusal('{"Env":"A=b"}'), 'invalid request body: Env: expected a list, got a string')
  assert.equal(refusal('{"Env":["a",{}]}'), 'invalid request body: Env[1]: expected a string, got an object')
  assert.equal(
    refusal('{"Cmd":{}}'),
    'invalid request body: Cmd: expected a string or a list of strings, got an object',
  )
  assert.equal(refusal('{"Cmd":[1]}'), 'invalid request body: Cmd[0]: expected a string, got a number')
  assert.equal(refusal('{"Labels":["a"]}'), 'invalid request body: Labels: expected an object, got a list')
  assert.equal(
    refusal('{"Labels":{"a\\nb":1}}'),
    'invalid request body: Labels["a\\nb"]: expected a string, got a number',
  )
  assert.equal(
    refusal('{"Inner":{"Ports":{"80/tcp":[{"HostPort":80}]}}}'),
    'invalid request body: Inner.Ports["80/tcp"][0].HostPort: expected a string, got a number',
  )
})

test('integers are whole, exact and in range', () => {
  assert.deepEqual(value('{"Memory":-1,"Weight":65535}'), { Memory: -1, Weight: 65_535 })
  assert.deepEqual(value('{"Memory":9007199254740991}'), { Memory: Number.MAX_SAFE_INTEGER })
  assert.deepEqual(value('{"Memory":-0}'), { Memory: 0 })
  assert.equal(refusal('{"Memory":1.5}'), 'invalid request body: Memory: expected an integer, got 1.5')
  assert.equal(refusal('{"Memory":1e999}'), 'invalid request body: Memory: expected an integer, got Infinity')
  assert.equal(
    refusal('{"Memory":9007199254740993}'),
    'invalid request body: Memory: expected an integer from -9007199254740991 to 9007199254740991, got 9007199254740992',
  )
  assert.equal(
    refusal('{"Weight":65536}'),
    'invalid request body: Weight: expected an integer from 0 to 65535, got 65536',
  )
  assert.equal(refusal('{"Weight":-1}'), 'invalid request body: Weight: expected an integer from 0 to 65535, got -1')
})

test('a lone string is a list of one where Docker takes either', () => {
  assert.deepEqual(value('{"Cmd":"a b"}'), { Cmd: ['a b'] })
  assert.deepEqual(value('{"Cmd":""}'), { Cmd: [''] })
  assert.deepEqual(value('{"Cmd":[]}'), { Cmd: [] })
})

test('a console size is cut or filled to two numbers', () => {
  assert.deepEqual(value('{"ConsoleSize":[24]}'), { ConsoleSize: [24, 0] })
  assert.deepEqual(value('{"ConsoleSize":[24,80,5]}'), { ConsoleSize: [24, 80] })
  assert.deepEqual(value('{"ConsoleSize":[null,80]}'), { ConsoleSize: [0, 80] })
})

test('keys that mean something to JavaScript stay keys and pollute nothing (S55)', () => {
  const text =
    '{"Labels":{"__proto__":"p","constructor":"c","toString":"t","hasOwnProperty":"h"},"Inner":{"__proto__":{"Memory":1}}}'
  const { Labels: labels, Inner: inner } = readBody(Thing, parseJson(text)).value
  assert.ok(labels !== undefined && inner !== undefined)
  assert.deepEqual(Object.entries(labels), [
    ['__proto__', 'p'],
    ['constructor', 'c'],
    ['toString', 't'],
    ['hasOwnProperty', 'h'],
  ])
  assert.equal(Reflect.get({}, 'p'), undefined)
  assert.equal(inner.Memory, undefined)
  const none = readBody(Thing, parseJson('{"Labels":{}}')).value.Labels
  assert.equal(none?.['constructor'], undefined)
  assert.equal(JSON.stringify({ ...labels }), JSON.stringify(labels))
})
