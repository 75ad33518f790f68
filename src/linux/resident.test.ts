import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { cleanFileMappings, releaseStartupPages } from './resident.ts'

test('only untouched read-only mappings of files are let go', () => {
  const smaps = `00400000-00500000 r-xp 00000000 fe:00 53 /usr/bin/node
Rss:                 100 kB
Anonymous:             0 kB
00500000-00600000 r--p 00100000 fe:00 53 /usr/bin/node
Anonymous:             8 kB
00600000-00700000 rw-p 00200000 fe:00 53 /usr/bin/node
Anonymous:             0 kB
00700000-00800000 r--p 00000000 00:00 0
Anonymous:             0 kB
00800000-00900000 r--p 00000000 fe:00 54 /tmp/gone (deleted)
Anonymous:             0 kB
7fff0000-7fff1000 r--p 00000000 00:00 0 [vvar]
Anonymous:             0 kB
`
  assert.deepEqual(cleanFileMappings(smaps), [{ start: 0x400000n, length: 0x100000 }])
})

test('this process holds less afterwards, and goes on', () => {
  const resident = () => Number(/^Rss:\s+(\d+)/m.exec(readFileSync('/proc/self/smaps_rollup', 'utf8'))?.[1])
  const before = resident()
  releaseStartupPages()
  assert.ok(resident() < before - 5000, `${before} kB before, ${resident()} kB after`)
  assert.equal(JSON.stringify({ a: [1, 2, new Date(0)] }), '{"a":[1,2,"1970-01-01T00:00:00.000Z"]}')
})
