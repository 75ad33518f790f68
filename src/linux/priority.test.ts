import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { getPriority, setPriority } from 'node:os'
import { test } from 'node:test'
import { atOrdinaryPriority, putOtherThreadsLast, putThisThreadFirst } from './priority.ts'

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
