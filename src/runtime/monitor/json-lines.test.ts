import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeLines, encodePartial, LINE_MAX_BYTES, LineSplitter } from './json-lines.ts'
import { EntryBuffer, SegmentPool } from './segments.ts'

interface Entry {
  readonly log: string
  readonly stream: string
  readonly time: string
}

const TIME = '2026-11-23T06:17:00.000000001Z'

/** Feeds `chunks` through splitter and encoder as the log writer does, and reads the file back. */
function roundTrip(chunks: readonly Buffer[]): Entry[] {
  const splitter = new LineSplitter()
  const entries = new EntryBuffer(new SegmentPool())
  const lines = (block: Buffer) => encodeLines(block, { stream: 'stdout', time: TIME }, entries)
  const partial = (part: Buffer) => encodePartial(part, { stream: 'stdout', time: TIME }, entries)
  const shared = Buffer.alloc(1 << 20)
  for (const chunk of chunks) {
    // As in the monitor, every chunk lies in the same memory.
    chunk.copy(shared)
    splitter.push(shared.subarray(0, chunk.length), lines, partial)
    shared.fill(0)
  }
  splitter.flush(partial)
  const file = Buffer.concat(entries.take().map(({ bytes, length }) => bytes.subarray(0, length)))
  return file
    .toString('utf8')
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line) as Entry)
}

/** What should be in the log, cut the slow and obvious way. */
function expected(text: Buffer): string[] {
  const found: string[] = []
  let line: number[] = []
  for (const byte of text) {
    if (line.length === LINE_MAX_BYTES) {
      found.push(Buffer.from(line).toString())
      line = []
    }
    line.push(byte)
    if (byte === 10) {
      found.push(Buffer.from(line).toString())
      line = []
    }
  }
  if (line.length > 0) found.push(Buffer.from(line).toString())
  return found
}

function cut(whole: Buffer, sizes: () => number): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0; at < whole.length; ) {
    const size = Math.max(1, sizes())
    chunks.push(whole.subarray(at, at + size))
    at += size
  }
  return chunks
}

test('any text in any chunks comes back entry by entry', () => {
  let seed = 42
  const random = (below: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return seed % below
  }
  const alphabet = ['a', 'b', '"', '\\', '\n', '\n', '\t', '\x7f', '\x00', '<', '\\n', '{', 'é', '€', '\u2028', '\r']
  for (let round = 0; round < 300; round++) {
    let text = ''
    const length = random(4000)
    for (let i = 0; i < length; i++) text += alphabet[random(round % 2 === 0 ? alphabet.length : 6)]
    const whole = Buffer.from(text)
    const entries = roundTrip(cut(whole, () => random(500)))
    assert.deepEqual(
      entries.map(entry => entry.log),
      expected(whole),
    )
    assert.ok(entries.every(entry => entry.stream === 'stdout' && entry.time === TIME))
  }
})

test('long lines are cut at 16 KiB, wherever the chunks end', () => {
  const lengths = [LINE_MAX_BYTES - 1, LINE_MAX_BYTES, LINE_MAX_BYTES + 1, 3 * LINE_MAX_BYTES, 100_000, 0, 1]
  for (const size of [1000, 4096, 65_536, 1 << 20]) {
    const whole = Buffer.from(`${lengths.map(length => 'x'.repeat(length)).join('\n')}\nend`)
    assert.deepEqual(
      roundTrip(cut(whole, () => size)).map(entry => entry.log),
      expected(whole),
    )
  }
})

test('bytes that are no text become replacement characters, and the entry stays JSON', () => {
  const entries = roundTrip([Buffer.from([0xff, 0xfe, 0x0a, 0xc3, 0x0a])])
  assert.deepEqual(
    entries.map(entry => entry.log),
    ['\ufffd\ufffd\n', '\ufffd\n'],
  )
})
