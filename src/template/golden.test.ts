import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidArgument } from '#lib/errors'
import type { Data, MissingKey } from './index.ts'
import { compile } from './index.ts'
import { fixtures, golden } from './testdata/fixtures.ts'

function answer(text: string, data: Data, missingKey: MissingKey): { output: string; error: string } {
  try {
    const { output, error } = compile(text).run(data, { missingKey })
    return { output, error: error?.message ?? '' }
  } catch (error) {
    if (!(error instanceof InvalidArgument)) throw error
    return { output: '', error: error.message }
  }
}

test('every template of the table says what Go says', () => {
  const all = fixtures()
  const cases = golden()
  const wrong: string[] = []
  for (const [text, name, missingKey, output, error] of cases) {
    const ours = answer(text, all.get(name), missingKey)
    if (ours.output === output && ours.error === error) continue
    wrong.push(`${text} on ${name}\n  Go:   ${output} ${error}\n  ours: ${ours.output} ${ours.error}`)
  }
  assert.ok(cases.length >= 1000)
  assert.deepEqual(wrong, [])
})
