import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { JsonFileLog } from './json-file-log.ts'

test('a chunk that ends no line keeps nothing after it from being written', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-log-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'log')
  const log = new JsonFileLog({ path, maxSize: undefined, maxFiles: 1, warn: message => assert.fail(message) })
  for (const chunk of ['first ', 'line\nsecond\n', 'no', ' end']) {
    log.write('stdout', Buffer.from(chunk))
    await new Promise(resolve => setImmediate(resolve))
  }
  await log.close()
  const entries = readFileSync(path, 'utf8').trim().split('\n')
  assert.deepEqual(
    entries.map(entry => (JSON.parse(entry) as { log: string }).log),
    ['first line\n', 'second\n', 'no end'],
  )
})
