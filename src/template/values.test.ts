import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidArgument } from '#lib/errors'
import type { Data, Type } from './index.ts'
import {
  ANY,
  BOOL,
  compile,
  FLOAT64,
  INT,
  JsonNumber,
  mapOf,
  method,
  parseJsonExact,
  pointerTo,
  row,
  STRING,
  sliceOf,
  struct,
  structType,
  view,
} from './index.ts'

const say = (text: string, data: Data): string => compile(text).execute(data)

test('keys that mean something to JavaScript are keys like others', () => {
  const text = '{"__proto__":{"a":1},"constructor":2,"toString":3,"hasOwnProperty":4}'
  const template = '{{.__proto__.a}} {{.constructor}} {{.toString}} {{.hasOwnProperty}} {{.valueOf}} {{len .}}'
  for (const data of [JSON.parse(text), parseJsonExact(text)]) {
    assert.equal(say(template, data), '1 2 3 4 <no value> 4')
  }
  const members = new Map<string, Data>([
    ['__proto__', 1],
    ['constructor', 2],
  ])
  assert.equal(say('{{.__proto__}} {{.constructor}}', struct('T', members)), '1 2')
  assert.throws(() => say('{{.toString}}', struct('T', members)), /can't evaluate field toString in type T/)
  assert.throws(() => say('{{.toString}}', struct('T', { a: 1 })), /can't evaluate field toString in type T/)
  assert.throws(() => compile('{{toString 1}}'), /function "toString" not defined/)
  assert.equal(Object.getPrototypeOf({}), Object.prototype)
})

test('JSON keeps its numbers, whatever their size', () => {
  const numbers = '[12345678901234567890123,1.50,-0,1e400,0.1]'
  assert.equal(
    say('{{json .}} {{index . 0}} {{printf "%T" (index . 1)}}', parseJsonExact(numbers)),
    `${numbers} 12345678901234567890123 json.Number`,
  )
  assert.equal(say('{{.}}', new JsonNumber('1.0')), '1.0')
})

test('numbers of JavaScript become those of Go', () => {
  const types = (data: Data): string => say('{{printf "%T %v" . .}}', data)
  assert.equal(types(3), 'int 3')
  assert.equal(types(3.5), 'float64 3.5')
  assert.equal(types(1e20), 'float64 1e+20')
  assert.equal(types(2n ** 63n), 'uint64 9223372036854775808')
  assert.equal(types(2n ** 70n), 'float64 1.1805916207174113e+21')
  assert.equal(types(new Map([['a', 1]])), 'map[string]interface {} map[a:1]')
  assert.equal(types([1, 'a']), '[]interface {} [1 a]')
})

test('methods run only when a template asks, each time it asks', () => {
  let calls = 0
  const data = row('*T', {
    A: () => ++calls,
    B: () => assert.fail('B was not asked for'),
    C: method([INT], ([n]) => n),
  })
  assert.equal(say('{{.A}}{{if .A}}x{{end}}', data), '1x')
  assert.equal(calls, 2)
  assert.equal(say('{{.C 7}}', data), '7')
  assert.throws(() => say('{{.C "7"}}', data), /expected integer; found "7"/)
})

test('a failing method ends the template with its words and keeps its cause', () => {
  const reason = new Error('the daemon is gone')
  const data = struct('T', {
    Fail: () => {
      throw reason
    },
  })
  assert.throws(
    () => say('{{.Fail}}', data),
    error =>
      error instanceof InvalidArgument &&
      error.message === 'template: :1:2: executing "" at <.Fail>: error calling Fail: the daemon is gone' &&
      error.cause === reason,
  )
})

test('a view gives what is missing its zero value and refuses what does not fit', () => {
  const inner = structType('p.Inner', { S: STRING, L: sliceOf(STRING) })
  const outer = structType('p.Outer', { I: inner, P: pointerTo(inner), M: mapOf(INT), F: FLOAT64, B: BOOL, A: ANY })
  assert.equal(say('{{json .}}', view(outer, {})), '{"I":{"S":"","L":null},"P":null,"M":null,"F":0,"B":false,"A":null}')
  assert.equal(say('{{.P.S}}{{index .M "k"}}', view(outer, { P: { S: 'x' }, M: {} })), 'x0')
  const unfit: [Type, Data, string][] = [
    [STRING, 1, 'json: cannot unmarshal number into Go value of type string'],
    [INT, '1', 'json: cannot unmarshal string into Go value of type int'],
    [INT, 1.5, 'json: cannot unmarshal number into Go value of type int'],
    [sliceOf(STRING), { a: 1 }, 'json: cannot unmarshal object into Go value of type []string'],
    [mapOf(STRING), [1], 'json: cannot unmarshal array into Go value of type map[string]string'],
    [outer, true, 'json: cannot unmarshal boolean into Go value of type p.Outer'],
  ]
  for (const [type, data, message] of unfit) {
    assert.throws(
      () => view(type, data),
      error => error instanceof InvalidArgument && error.message === message,
    )
  }
})

test('cut letters are bytes inside a template and replaced outside', () => {
  assert.equal(say('{{len (slice . 0 4)}} {{printf "%q" (slice . 0 4)}}', '日本'), '4 "日\\xe6"')
  assert.equal(say('{{truncate . 4}}', '日本'), '日\ufffd')
  assert.equal(say('{{print (slice . 0 4) (slice . 4)}}', '日本'), '日本')
  assert.equal(say('{{.}}', '\ud800x'), '\ufffdx')
})

test('functions and name of a template are the caller’s', () => {
  const functions = new Map([['twice', { params: [STRING], call: ([text]: readonly Data[]) => [text, text] }]])
  const template = compile('{{twice "a"}}{{.x}}', { functions, name: 'greeting' })
  assert.throws(() => template.execute(1), {
    message: `template: greeting:1:15: executing "greeting" at <.x>: can't evaluate field x in type int`,
  })
  assert.deepEqual(template.run(1).output, '[a a]')
  assert.throws(() => compile('{{json 1}}', { functions }), /function "json" not defined/)
})
