import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FrameDecoder, frameHeader, type StreamType } from './stdcopy.ts'

function frame(stream: StreamType, text: string): Buffer {
  return Buffer.concat([frameHeader(stream, Buffer.byteLength(text)), Buffer.from(text)])
}

/** The text of each stream, after feeding `bytes` in chunks of `size`. */
function decode(bytes: Buffer, size: number): Record<string, string> {
  const decoder = new FrameDecoder()
  const out: Record<string, string> = {}
  for (let at = 0; at < bytes.length; at += size) {
    for (const { stream, data } of decoder.push(bytes.subarray(at, at + size))) {
      out[stream] = (out[stream] ?? '') + data.toString('latin1')
    }
  }
  assert.ok(decoder.complete)
  return out
}

test('a header is a stream and a length', () => {
  assert.deepEqual([...frameHeader('stderr', 0x01020304)], [2, 0, 0, 0, 1, 2, 3, 4])
  assert.deepEqual([...frameHeader('stdout', 0xffffffff)], [1, 0, 0, 0, 255, 255, 255, 255])
})

test('frames come apart however they were cut', () => {
  const bytes = Buffer.concat([
    frame('stdout', 'hello '),
    frame('stdout', ''),
    frame('stderr', 'oops'),
    frame('stdout', 'world'),
    frame('stdin', 'i'),
  ])
  for (let size = 1; size <= bytes.length; size++) {
    assert.deepEqual(decode(bytes, size), { stdout: 'hello world', stderr: 'oops', stdin: 'i' }, `chunks of ${size}`)
  }
})

test('a frame of any length leaves in the pieces in which it came, without being held or copied', () => {
  const decoder = new FrameDecoder()
  assert.deepEqual(decoder.push(frameHeader('stdout', 0xffffffff)), [])
  const chunk = Buffer.alloc(65_536, 'x')
  const [piece] = decoder.push(chunk)
  assert.equal(piece?.data.buffer, chunk.buffer)
  assert.equal(piece?.data.length, 65_536)
  assert.equal(decoder.complete, false)
})

test('a header that names no stream is an error for good', () => {
  const decoder = new FrameDecoder()
  const refused = { kind: 'data-corrupt', message: 'Unrecognized input header: 104' }
  assert.throws(() => decoder.push(Buffer.from('hello, world')), refused)
  assert.throws(() => decoder.push(frame('stdout', 'x')), refused)
})

test('a message of the engine is an error with its text, in whatever pieces it came', () => {
  const bytes = Buffer.concat([frame('stdout', 'a'), frame('engine', 'log driver failed')])
  const message = 'error from daemon in stream: log driver failed'
  assert.throws(() => decode(bytes, 1000), { kind: 'system', message })
  assert.throws(() => decode(bytes, 1), { kind: 'system', message })
  assert.throws(() => decode(frame('engine', ''), 3), { message: 'error from daemon in stream: ' })
  assert.throws(
    () => decode(frame('engine', 'x'.repeat(1e6)), 4096),
    (error: Error) => error.message.length === 'error from daemon in stream: '.length + 65_536,
  )
})
