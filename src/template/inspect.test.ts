import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidArgument } from '#lib/errors'
import type { Inspected } from './index.ts'
import { field, INT64, mapOf, parseJsonExact, renderInspect, STRING, structType, view } from './index.ts'

const TYPE = structType('container.InspectResponse', {
  ID: field(STRING, { json: 'Id' }),
  Name: STRING,
  SizeRw: INT64,
  Labels: mapOf(STRING),
})
const RAW =
  '{"Id":"4c01db","Name":"/web_1","SizeRw":9007199254740993,"Extra":{"Big":12345678901234567890.50,"e":[],"o":{}}}'

function typed(raw: string): Inspected {
  return { typed: () => view(TYPE, parseJsonExact(raw)), raw }
}

test('without a format the objects are an array, indented by four, nothing of them changed', () => {
  const text = `[
    {
        "Id": "4c01db",
        "Name": "/web_1",
        "SizeRw": 9007199254740993,
        "Extra": {
            "Big": 12345678901234567890.50,
            "e": [],
            "o": {}
        }
    }
]
`
  assert.deepEqual(renderInspect('', [typed(RAW)]), { output: text, errors: [] })
  assert.equal(renderInspect('', []).output, '[]\n')
  assert.equal(
    renderInspect('json', [typed(RAW), { raw: '{ "a" : "b, \\"c: [" }' }]).output,
    `[${RAW},{"a":"b, \\"c: ["}]\n`,
  )
  assert.equal(renderInspect('json', []).output, '[]\n')
})

test('a template sees the Go type first and the JSON where that has no such field', () => {
  const line = (format: string): string => renderInspect(format, [typed(RAW)]).output
  assert.equal(line('{{.ID}} {{.SizeRw}}'), '4c01db 9007199254740993\n')
  assert.equal(line('{{.Id}} {{.SizeRw}} {{.Extra.Big}}'), '4c01db 9007199254740993 12345678901234567890.50\n')
  assert.equal(line('{{.Labels.none}}|{{index .Labels "none"}}'), '<no value>|\n')
})

test('what is in neither is an error, after the objects that are good', () => {
  const { output, errors } = renderInspect('{{.Extra.Big}}', [typed('{"Id":"a"}'), typed(RAW)])
  assert.equal(output, '12345678901234567890.50\n')
  assert.deepEqual(
    errors.map(error => error.message),
    ['template parsing error: template: :1:8: executing "" at <.Extra.Big>: map has no entry for key "Extra"'],
  )
  assert.equal(renderInspect('{{.Nope}}', [{ raw: RAW }]).output, '\n')
})

test('a format that is no template fails before any object', () => {
  assert.throws(
    () => renderInspect('{{', [{ raw: RAW }]),
    error =>
      error instanceof InvalidArgument && error.message === 'template parsing error: template: :1: unclosed action',
  )
})
