import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidArgument } from '#lib/errors'
import type { Data } from './index.ts'
import { compile, parseJsonExact } from './index.ts'
import { CALL_DEPTH_MAX, DATA_DEPTH_MAX, NESTING_MAX, TEMPLATE_BYTES_MAX, VARIABLES_MAX } from './limits.ts'

function nested(levels: number): Data {
  let data: Data = 'x'
  for (let level = 0; level < levels; level++) data = [data]
  return data
}

function refused(text: string, message: RegExp, data: Data = null): void {
  assert.throws(
    () => compile(text).execute(data),
    error => error instanceof InvalidArgument && message.test(error.message),
    text.slice(0, 80),
  )
}

const block = (levels: number): string => '{{if 1}}'.repeat(levels) + '{{end}}'.repeat(levels)
const parens = (levels: number): string => `{{${'('.repeat(levels)}1${')'.repeat(levels)}}}`

test('templates that are too large or too deep are not compiled', () => {
  refused('x'.repeat(TEMPLATE_BYTES_MAX + 1), /larger than/)
  refused(block(NESTING_MAX + 1), /blocks nested more than/)
  refused(`{{if 0}}${'{{else if 0}}'.repeat(NESTING_MAX + 1)}{{end}}`, /blocks nested more than/)
  refused(parens(NESTING_MAX + 1), /max expression depth exceeded/)
  refused('{{$x := 1}}'.repeat(VARIABLES_MAX), /more than \d+ variables/)
  assert.equal(compile(block(NESTING_MAX)).execute(null), '')
  assert.equal(compile(parens(NESTING_MAX)).execute(null), '1')
})

test('templates that never end are ended', () => {
  refused('{{range 1000000000}}{{end}}', /range iterations/)
  refused('{{range 1000000}}{{range 1000000}}{{end}}{{end}}', /range iterations/)
  refused(
    '{{define "a"}}{{template "a"}}{{end}}{{template "a"}}',
    new RegExp(`maximum template depth \\(${CALL_DEPTH_MAX}\\)`),
  )
  refused(
    '{{define "f"}}{{if .}}{{template "f" (slice . 1)}}{{template "f" (slice . 1)}}{{end}}{{end}}{{template "f" .}}',
    /evaluation steps/,
    'x'.repeat(40),
  )
  refused(
    `{{define "a"}}${'{{if 1}}'.repeat(150)}{{template "a"}}${'{{end}}'.repeat(150)}{{end}}{{template "a"}}`,
    /bodies inside each other/,
  )
})

test('templates that grow and grow are ended', () => {
  refused('{{range 1000}}{{printf "%999999d" 1}}{{end}}', /output exceeds/)
  refused('{{$x := "ab"}}{{range 100}}{{$x = print $x $x}}{{end}}', /error calling print: strings exceed/)
  refused('{{range 1000000}}{{$x := printf "%999999d" 1}}{{end}}', /error calling printf: strings exceed/)
  refused('{{pad "a" 9223372036854775807 1}}', /error calling pad: strings exceed/)
  refused('{{$b := pad "a" 1000000 0}}{{join (split $b "") $b}}', /error calling join: strings exceed/)
  refused('{{$b := pad "a" 1000000 0}}{{range 1000000}}{{$y := len $b}}{{end}}', /error calling len: strings exceed/)
})

test('data that is nested too deep is not printed', () => {
  for (const text of ['{{.}}', '{{json .}}', '{{printf "%#v" .}}', '{{join . ""}}']) {
    refused(text, /data nested more than/, nested(DATA_DEPTH_MAX + 2))
    assert.ok(compile(text).execute(nested(DATA_DEPTH_MAX - 2)).length > DATA_DEPTH_MAX)
  }
})

test('long runs of spaces take no longer than others', () => {
  assert.equal(
    compile(`${' '.repeat(TEMPLATE_BYTES_MAX - 20)}x{{- 1}}`)
      .execute(null)
      .trim(),
    'x1',
  )
})

test('JSON that is none, or nested too deep, is refused', () => {
  for (const text of ['', '{', '[1,]', '['.repeat(100_000), '{"a":'.repeat(100_000), `"${'\\"'.repeat(100_000)}`]) {
    assert.throws(() => parseJsonExact(text), InvalidArgument)
  }
})
