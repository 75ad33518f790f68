import assert from 'node:assert/strict'
import { test } from 'node:test'
import { convertLog } from './log-config.ts'

test("options of Docker's that are not done are refused as that, others as unknown", () => {
  for (const name of ['compress', 'mode', 'max-buffer-size']) {
    assert.throws(() => convertLog('json-file', { [name]: 'x' }), {
      kind: 'not-implemented',
      message: `log opt ${name} of json-file is not done by this version of Gantry`,
    })
  }
  assert.throws(() => convertLog('json-file', { tags: 'x' }), {
    kind: 'invalid-argument',
    message: "unknown log opt 'tags' for json-file log driver",
  })
  assert.throws(() => convertLog('none', { tag: 'x' }), { kind: 'invalid-argument' })
  assert.deepEqual(convertLog('', { 'max-size': '1k' }), { driver: 'json-file', options: { 'max-size': '1k' } })
})
