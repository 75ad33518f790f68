import assert from 'node:assert/strict'
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { measure } from './measure.ts'

const work = mkdtempSync(join(tmpdir(), 'gantry-measure-'))
after(() => rmSync(work, { recursive: true }))

test('folders take room on the disk and hold nothing', async () => {
  const folder = join(work, 'folders')
  mkdirSync(join(folder, 'a/b'), { recursive: true })
  const { bytes, contentBytes, inodes } = await measure(folder)
  assert.deepEqual([contentBytes, inodes], [0, 3])
  assert.ok(bytes >= 0)
})

test('files count by what they hold, once however many names they have', async () => {
  const folder = join(work, 'files')
  mkdirSync(folder)
  writeFileSync(join(folder, 'one'), 'x')
  linkSync(join(folder, 'one'), join(folder, 'again'))
  symlinkSync('12345', join(folder, 'link'))
  writeFileSync(join(folder, 'sparse'), '')
  truncateSync(join(folder, 'sparse'), 1_000_000)
  assert.equal((await measure(folder)).contentBytes, 1 + 5 + 1_000_000)
})
