import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRfc3339 } from '#lib/time'
import { isPast, parseEntries, parseJoined } from './entries.ts'

const line = (stream: string, second: number) =>
  `${JSON.stringify({ log: `${second}\n`, stream, time: `2026-01-01T00:00:0${second}.000000000Z` })}\n`
const at = (second: number) => {
  const time = parseRfc3339(`2026-01-01T00:00:0${second}Z`)
  assert.ok(time !== undefined)
  return time
}
const chunk = Buffer.from(`${line('stdout', 1)}torn {"lo\n${line('stderr', 2)}${line('stdout', 3)}`)
const wanted = { stdout: true, stderr: true, since: undefined, until: undefined }
const texts = (filter: object) =>
  parseEntries(Buffer.from(chunk), { ...wanted, ...filter }).map(({ text }) => text.toString())

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

test('what is asked of a chunk beforehand leaves it as it is', () => {
  const asked = Buffer.from(chunk)
  isPast(asked, at(0))
  assert.deepEqual(asked, chunk)
})

test('lines with anything in them come out as JSON has them, alone and joined', () => {
  const texts = [
    '',
    '\n',
    'plain\n',
    'no end',
    '"',
    '\\',
    '\\n',
    'a\\\n',
    '\\\\n\n',
    'é€\n',
    '\t\x00\x7f\n',
    '{"log":"',
    '","stream":"stderr","time":"x"}',
  ]
  const streams = ['stdout', 'stderr'] as const
  const lines = texts.flatMap(log => streams.map(stream => ({ log, stream, time: '2026-01-01T00:00:01.5Z' })))
  const attributed = {
    log: 'with attributes\n',
    stream: 'stderr' as const,
    attrs: { a: '","stream":"stdout' },
    time: '2026-01-01T00:00:02Z',
  }
  const all = [...lines, attributed, ...lines.filter(({ stream }) => stream === 'stdout')]
  const file = Buffer.from(all.map(line => `${JSON.stringify(line)}\n`).join(''))
  const entries = parseEntries(Buffer.from(file), wanted)
  assert.deepEqual(
    entries.map(({ text, stream, time }) => ({ text: text.toString(), stream, time })),
    all.map(({ log, stream, time }) => ({ text: log, stream, time })),
  )
  const joined = parseJoined(Buffer.from(file), wanted)
  for (const name of streams) {
    const of = (found: readonly { stream: string; text: Buffer }[]) =>
      Buffer.concat(found.filter(({ stream }) => stream === name).map(({ text }) => text)).toString()
    assert.equal(of(joined), of(all.map(({ log, stream }) => ({ stream, text: Buffer.from(log) }))))
  }
  assert.ok(joined.length < entries.length)
  assert.ok(joined.every(({ stream }, i) => stream !== joined[i + 1]?.stream))
})

test('joined entries stay small enough for one read of a client', () => {
  const long = Buffer.from(
    `${JSON.stringify({ log: `${'x'.repeat(10_000)}\n`, stream: 'stdout', time: '2026-01-01T00:00:01Z' })}\n`,
  )
  const sizes = parseJoined(Buffer.concat(Array.from({ length: 10 }, () => long)), wanted).map(
    ({ text }) => text.length,
  )
  assert.deepEqual(sizes, [30_003, 30_003, 30_003, 10_001])
})
