import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boolean, filters, goBool, int64, list, object, oneOf, string } from '../schema.ts'
import { readPlatform } from './platform.ts'
import { readQuery } from './query.ts'
import { readTerminalSize } from './resize.ts'
import { writeQuery } from './write-query.ts'

const Query = object('Query', {
  all: boolean(),
  limit: int64(),
  name: string(),
  changes: list(string()),
  condition: oneOf('next-exit', 'removed'),
  verbose: goBool(),
  filters: filters(),
})

const read = (text: string) => readQuery(Query, new URLSearchParams(text))

test('booleans follow Docker’s rule', () => {
  for (const no of ['', '0', 'no', 'No', 'false', 'FALSE', 'none', ' none ']) {
    assert.deepEqual(read(`all=${encodeURIComponent(no)}`), { all: false }, no)
  }
  for (const yes of ['1', 'true', 'yes', 'x', '00', 'null', '-1']) assert.deepEqual(read(`all=${yes}`), { all: true })
  assert.deepEqual(read('all'), { all: false })
})

test('absent stays absent, unknown is ignored, the first of repeated values counts', () => {
  assert.deepEqual(read(''), {})
  assert.deepEqual(read('All=1&foo=2'), {})
  assert.deepEqual(read('name=a&name=b&all=0&all=1'), { name: 'a', all: false })
  assert.deepEqual(read('changes=a&changes=&changes=b'), { changes: ['a', '', 'b'] })
  assert.deepEqual(read('limit=&condition=&verbose=&name='), { name: '' })
})

test('integers are Go’s, and refusals name the parameter', () => {
  assert.deepEqual(read('limit=-5'), { limit: -5 })
  assert.deepEqual(read('limit=%2B5'), { limit: 5 })
  for (const bad of ['x', '1.5', '1e3', '0x10', ' 1', '1_000']) {
    assert.throws(() => read(`limit=${encodeURIComponent(bad)}`), {
      kind: 'invalid-argument',
      message: `invalid value for limit: strconv.Atoi: parsing "${bad}": invalid syntax`,
    })
  }
  assert.throws(() => read('limit=99999999999999999999'), {
    message: 'invalid value for limit: strconv.Atoi: parsing "99999999999999999999": value out of range',
  })
})

test('words and strict booleans are refused in Docker’s words', () => {
  assert.deepEqual(read('condition=removed&verbose=T'), { condition: 'removed', verbose: true })
  assert.throws(() => read('condition=x'), { message: 'invalid condition: "x"' })
  assert.throws(() => read('verbose=zz'), {
    message: 'invalid value for verbose: zz: strconv.ParseBool: parsing "zz": invalid syntax',
  })
})

test('what a client writes reads back', () => {
  const query = {
    all: false,
    limit: 3,
    name: 'a b&c',
    changes: ['x', 'y=1'],
    filters: new Map([['label', ['a=b', 'ü']]]),
  }
  assert.deepEqual(readQuery(Query, writeQuery(query)), query)
  assert.equal(writeQuery({ all: undefined, changes: [], filters: new Map() }).toString(), '')
  assert.throws(() => writeQuery({ x: () => 1 }), /parameter x has a value/)
})

test('both sides of a terminal must be given', () => {
  assert.deepEqual(readTerminalSize(new URLSearchParams('h=24&w=80')), { rows: 24, columns: 80 })
  const refused: Record<string, string> = {
    'h=x&w=1': 'invalid resize height "x": invalid syntax',
    'w=1': 'invalid resize height "": invalid syntax',
    'h=%2B1&w=1': 'invalid resize height "+1": invalid syntax',
    'h=-1&w=1': 'invalid resize height "-1": value out of range',
    'h=1&w=99999999999': 'invalid resize width "99999999999": value out of range',
  }
  for (const [query, message] of Object.entries(refused)) {
    assert.throws(() => readTerminalSize(new URLSearchParams(query)), { kind: 'invalid-argument', message })
  }
})

test('a platform needs both its halves', () => {
  assert.deepEqual(readPlatform('{"OS":"linux","architecture":"arm64","variant":"v8"}'), {
    os: 'linux',
    architecture: 'arm64',
    variant: 'v8',
  })
  const refused: Record<string, string> = {
    x: "failed to parse platform: invalid character 'x' looking for beginning of value",
    '{"os":1}': 'failed to parse platform: os: expected a string, got a number',
    '{"os":"linux"}': 'both OS and Architecture must be provided',
    '{}': 'both OS and Architecture must be provided',
    '{"variant":"v8"}': 'optional platform fields provided, but OS and Architecture are missing',
  }
  for (const [text, message] of Object.entries(refused)) assert.throws(() => readPlatform(text), { message })
})
