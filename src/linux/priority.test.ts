import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { getPriority, setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCredentialProgram } from './credential-program.ts'
import { atOrdinaryPriority, putOtherThreadsLast, putThisThreadFirst } from './priority.ts'
import { findProgram, runTool } from './tool.ts'

const skip = process.getuid?.() === 0 ? false : 'needs root'

test('the thread that answers comes first, others last, and children are ordinary', { skip }, async t => {
  const before = getPriority(process.pid)
  t.after(() => setPriority(process.pid, before))
  await readFile('/proc/self/stat') // On a thread of the pool, which is there from now on.
  putThisThreadFirst()
  putOtherThreadsLast()
  const others = readdirSync('/proc/self/task')
    .map(Number)
    .filter(thread => thread !== process.pid)
  assert.ok(others.length > 0)
  for (const thread of others) assert.equal(getPriority(thread), 10)
  assert.equal(getPriority(process.pid), -5)
  const child = () => execFileSync('nice', { encoding: 'utf8' }).trim()
  assert.equal(child(), '-5')
  assert.equal(atOrdinaryPriority(child), '0')
  assert.equal(getPriority(process.pid), -5)
})

test("tools and programs that keep credentials run no sooner than anybody's", { skip }, async t => {
  const before = { nice: getPriority(process.pid), path: process.env['PATH'] ?? '' }
  const folder = mkdtempSync(join(tmpdir(), 'gantry-priority-'))
  t.after(() => {
    setPriority(process.pid, before.nice)
    process.env['PATH'] = before.path
    rmSync(folder, { recursive: true })
  })
  writeFileSync(join(folder, 'docker-credential-nice'), '#!/bin/sh\nexec nice\n', { mode: 0o755 })
  process.env['PATH'] = `${folder}:${before.path}`
  putThisThreadFirst()
  assert.equal(await runTool(findProgram('nice') ?? '', []), '0\n')
  assert.equal(await runCredentialProgram({ name: 'nice', verb: 'get', input: '' }), '0\n')
  assert.equal(getPriority(process.pid), -5)
})
