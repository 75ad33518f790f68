import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commonVersion } from './handshake.ts'

test('two ends speak the newest version that both know', () => {
  assert.equal(commonVersion({ version: 3, oldest: 1 }, { version: 2, oldest: 2 }), 2)
  assert.equal(commonVersion({ version: 2, oldest: 2 }, { version: 3, oldest: 1 }), 2)
  assert.equal(commonVersion({ version: 3, oldest: 3 }, { version: 2, oldest: 1 }), undefined)
  assert.equal(commonVersion({ version: 1, oldest: 1 }, { version: 3, oldest: 2 }), undefined)
})
