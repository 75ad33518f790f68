import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type ReadOptions, RotatedLog } from './reader.ts'

const folder = mkdtempSync(join(tmpdir(), 'gantry-log-'))
after(() => rmSync(folder, { recursive: true }))

const options = (more: Partial<ReadOptions> = {}): ReadOptions => ({
  tail: undefined,
  follow: false,
  ended: () => true,
  wake: new AbortController().signal,
  ...more,
})

function logOf(name: string, ...files: readonly string[]): string {
  const path = join(folder, name)
  for (const [age, text] of files.entries()) writeFileSync(age === 0 ? path : `${path}.${age}`, text)
  return path
}

async function all(path: string, more?: Partial<ReadOptions>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of new RotatedLog(path).read(options(more))) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** Files of `folder` that this process holds open. */
function held(): string[] {
  return readdirSync('/proc/self/fd').flatMap(fd => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`)
      return target.startsWith(`${folder}/`) ? [target] : []
    } catch {
      return [] // The descriptor of the listing itself.
    }
  })
}

test('rotated files are read from the oldest on, and none stays open', async () => {
  const path = logOf('rotated', '5\n6\n', '3\n4\n', '1\n2\n')
  assert.equal(await all(path), '1\n2\n3\n4\n5\n6\n')
  assert.equal(await all(path, { tail: 3 }), '4\n5\n6\n')
  assert.equal(await all(path, { tail: 0 }), '')
  assert.deepEqual(held(), [])
})

test('a reader who leaves in the middle leaves no file open', async () => {
  const path = logOf('left', '2\n', '1\n')
  for await (const chunk of new RotatedLog(path).read(options())) {
    assert.equal(chunk.toString(), '1\n')
    assert.equal(held().length, 1)
    break
  }
  assert.deepEqual(held(), [])
})

test('following ends where the writer has ended, with all that was written', async () => {
  const path = logOf('followed', 'a\n')
  const state = { ended: false }
  const wake = new AbortController()
  const read: string[] = []
  const log = new RotatedLog(path).read(options({ follow: true, ended: () => state.ended, wake: wake.signal }))
  for await (const chunk of log) {
    read.push(chunk.toString())
    if (read.length > 1) continue
    writeFileSync(path, 'b\n', { flag: 'a' })
    state.ended = true
    wake.abort()
  }
  assert.deepEqual(read, ['a\n', 'b\n'])
  assert.deepEqual(held(), [])
})

test('a log that is not there is empty', async () => {
  assert.equal(await all(join(folder, 'nope')), '')
})
