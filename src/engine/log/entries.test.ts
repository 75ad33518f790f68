import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRfc3339 } from '#lib/time'
import { isPast, parseEntries } from './entries.ts'

const line = (stream: string, second: number) =>
  `${JSON.stringify({ log: `${second}\n`, stream, time: `2026-01-01T00:00:0${second}.000000000Z` })}\n`
const at = (second: number) => {
  const time = parseRfc3339(`2026-01-01T00:00:0${second}Z`)
  assert.ok(time !== undefined)
  return time
}
const chunk = Buffer.from(`${line('stdout', 1)}torn {"lo\n${line('stderr', 2)}${line('stdout', 3)}`)
const wanted = { stdout: true, stderr: true, since: undefined, until: undefined }
const texts = (filter: object) => parseEntries(chunk, { ...wanted, ...filter }).map(({ text }) => text)

test('entries pass by stream and time; torn lines are left out', () => {
  assert.deepEqual(texts({}), ['1\n', '2\n', '3\n'])
  assert.deepEqual(texts({ stdout: false }), ['2\n'])
  assert.deepEqual(texts({ since: at(2) }), ['2\n', '3\n'])
  assert.deepEqual(texts({ until: at(2) }), ['1\n', '2\n'])
})

test('only a chunk that begins after the end is past it', () => {
  assert.equal(isPast(chunk, at(0)), true)
  assert.equal(isPast(chunk, at(1)), false)
  assert.equal(isPast(Buffer.from('torn\n'), at(0)), false)
})
