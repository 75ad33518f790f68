/** A command that there is none of: what was meant is named, also where it is a group or a program of the engine. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GANTRY } from '../support/engine.ts'
import { run } from '../support/process.ts'

for (const [typed, meant] of [
  ['contaner ls', 'gantry container'],
  ['imag', 'gantry image'],
  ['deamon', 'gantry daemon'],
  ['container lss', 'gantry container ls'],
  ['system teardwon', 'gantry system teardown'],
] as const) {
  test(`\`gantry ${typed}\` names ${meant}`, async () => {
    const { code, stdout, stderr } = await run(GANTRY, typed.split(' '))
    assert.deepEqual([code, stdout], [1, ''])
    assert.ok(stderr.includes(`Did you mean '${meant}'?\n`), stderr)
  })
}
