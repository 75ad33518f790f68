import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { DirectFile } from './direct-file.ts'

// On a disk, and on a tmpfs, which may know no direct writes.
const folders = ['/var/tmp', '/dev/shm'].map(parent => mkdtempSync(join(parent, 'gantry-direct-')))
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

test('what is written in pieces of any size is what is in the file', async () => {
  const data = randomBytes(9_000_001)
  for (const folder of folders) {
    for (const sizes of [[data.length], [1, 4095, 4096, 4097, 1 << 20], [700_001]]) {
      const path = join(folder, `${sizes.join('-')}`)
      const file = new DirectFile(path, 0o400)
      for (let at = 0, turn = 0; at < data.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1
        await file.write(data.subarray(at, at + size))
        at += size
      }
      await file.end()
      await file.close()
      assert.ok(readFileSync(path).equals(data))
      assert.equal(statSync(path).mode & 0o777, 0o400)
    }
  }
})

test('an empty file is a file, and one that is there is left alone', async () => {
  for (const folder of folders) {
    const path = join(folder, 'empty')
    const file = new DirectFile(path, 0o600)
    await file.end()
    await file.close()
    assert.equal(statSync(path).size, 0)
    assert.throws(() => new DirectFile(path, 0o600), { code: 'EEXIST' })
  }
})
