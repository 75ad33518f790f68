import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MULTIPLEXED_STREAM, RAW_STREAM, streamMediaType } from './media.ts'

test('the media type tells of frames since API 1.42', () => {
  assert.equal(streamMediaType({ tty: false, version: '1.51' }), MULTIPLEXED_STREAM)
  assert.equal(streamMediaType({ tty: false, version: '1.41' }), RAW_STREAM)
  assert.equal(streamMediaType({ tty: true, version: '1.51' }), RAW_STREAM)
})
