import assert from 'node:assert/strict'
import { test } from 'node:test'
import { goMode } from './path-stat.ts'

/** As Docker 28 tells them. */
test("modes are Go's", () => {
  assert.equal(goMode(0o104751), 8_389_097)
  assert.equal(goMode(0o040755), 2_147_484_141)
  assert.equal(goMode(0o041777), 2_148_532_735)
  assert.equal(goMode(0o120777), 134_218_239)
  assert.equal(goMode(0o010644), 33_554_852)
  assert.equal(goMode(0o100644), 420)
  assert.equal(goMode(0o020666), 0o666 + 0x0400_0000 + 0x0020_0000)
})
