import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRange } from './range.ts'

const text = (header: string | undefined, size = 10) => {
  const range = parseRange(header, size)
  return range.kind === 'part' ? `${range.offset}+${range.length}` : range.kind
}

test('RFC 9110, 14.1.2: first and last byte, open end, last bytes', () => {
  assert.equal(text('bytes=0-0'), '0+1')
  assert.equal(text('bytes=2-5'), '2+4')
  assert.equal(text('bytes=2-'), '2+8')
  assert.equal(text('bytes=-3'), '7+3')
  assert.equal(text('bytes=-99'), '0+10')
  assert.equal(text('bytes=2-99'), '2+8')
})

test('RFC 9110, 14.1.1: what begins beyond the end cannot be satisfied', () => {
  assert.equal(text('bytes=10-'), 'beyond')
  assert.equal(text('bytes=10-20'), 'beyond')
  assert.equal(text('bytes=-0'), 'beyond')
  assert.equal(text('bytes=0-0', 0), 'beyond')
})

test('what is not understood is not there', () => {
  for (const header of [
    undefined,
    '',
    'bytes=-',
    'bytes=5-2',
    'bytes=0-1,3-4',
    'items=0-1',
    'bytes=a-b',
    'bytes=0--1',
  ]) {
    assert.equal(text(header), 'whole', String(header))
  }
  assert.equal(text(`bytes=0-${'9'.repeat(400)}`), 'whole')
})
