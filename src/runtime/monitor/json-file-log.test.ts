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

test('lines that come in pieces, and what comes after them, are written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-log-'))
  const path = join(folder, 'log')
  const log = new JsonFileLog({ path, maxSize: undefined, maxFiles: 1, warn: assert.fail })
  log.write('stdout', Buffer.from('half'))
  await new Promise(resolve => setImmediate(resolve))
  log.write('stdout', Buffer.from(' a line\nwhole\n'))
  log.write('stderr', Buffer.from('the end'))
  await log.close()
  const entries = readFileSync(path, 'utf8').trim().split('\n')
  assert.deepEqual(
    entries.map(line => (JSON.parse(line) as { log: string }).log),
    ['half a line\n', 'whole\n', 'the end'],
  )
  rmSync(folder, { recursive: true })
})

test('a task that prints nothing leaves no file', async () => {
  const log = new JsonFileLog({ path: '/nonexistent/log', maxSize: undefined, maxFiles: 1, warn: assert.fail })
  await log.close()
})
