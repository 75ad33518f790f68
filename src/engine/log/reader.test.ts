import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { RotatedLog } from './reader.ts'

/** Descriptors of this process below a folder. */
function openBelow(folder: string): string[] {
  return readdirSync('/proc/self/fd').flatMap(fd => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`)
      return path.startsWith(folder) ? [path] : []
    } catch {
      return [] // The one that listed them.
    }
  })
}

test('a reader that goes away half-way leaves no file open', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-log-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'log')
  writeFileSync(`${path}.1`, 'old\n')
  writeFileSync(path, 'new\n')
  const options = { tail: undefined, follow: true, ended: () => false, wake: new AbortController().signal }
  const seen: string[] = []
  for await (const chunk of new RotatedLog(path).read(options)) {
    seen.push(chunk.toString())
    if (seen.length === 2) {
      assert.deepEqual(openBelow(folder), [path])
      break
    }
  }
  assert.deepEqual(seen, ['old\n', 'new\n'])
  assert.deepEqual(openBelow(folder), [])
})
