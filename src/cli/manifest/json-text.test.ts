import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compactJson, escapeHtml, indentJson } from './json-text.ts'

test('numbers, escapes and the order of members stay as they are', () => {
  const text = '{ "b" : 1.0,\n"a": "\\u00fc {[,:]} \\"<\\\\",  "big": 12345678901234567890, "e":{ }, "l":[ ] }'
  const compact = '{"b":1.0,"a":"\\u00fc {[,:]} \\"<\\\\","big":12345678901234567890,"e":{},"l":[]}'
  assert.equal(compactJson(text), compact)
  assert.equal(
    indentJson('{"a":[1,{"b":null}],"c":[],"d":{}}', ' '),
    '{\n "a": [\n  1,\n  {\n   "b": null\n  }\n ],\n "c": [],\n "d": {}\n}',
  )
  assert.equal(compactJson(indentJson(text, '\t')), compact)
})

test('what could end a script is escaped as Go does', () => {
  assert.equal(escapeHtml('"<a&b>\u2028\u2029ü"'), '"\\u003ca\\u0026b\\u003e\\u2028\\u2029ü"')
})
