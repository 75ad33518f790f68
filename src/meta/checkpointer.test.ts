import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { Checkpointer } from './checkpointer.ts'

test('a log that was folded in once is not folded in again for its length, and stays as long as it was', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-checkpoint-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'db')
  using database = new DatabaseSync(path)
  database.exec('pragma journal_mode = wal; pragma wal_autocheckpoint = 0; create table t (x)')
  const insert = database.prepare('insert into t values (?)')
  const checkpointer = new Checkpointer(path)
  const starts = async (writes: number, bytes: number) => {
    let count = 0
    for (let i = 0; i < writes; i++) {
      insert.run('x'.repeat(bytes))
      checkpointer.wrote()
      if (checkpointer.maybeStart()) count++
      await checkpointer.idle()
    }
    return count
  }
  assert.equal(await starts(100, 100_000), 1)
  const { size } = statSync(`${path}-wal`)
  assert.equal(await starts(300, 100), 0)
  assert.equal(await starts(1000, 100), 2)
  assert.equal(statSync(`${path}-wal`).size, size)
})
