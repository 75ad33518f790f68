import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { mountAt, mounts, parseMountinfo, unmount } from './mount.ts'

const folder = mkdtempSync(join(tmpdir(), 'gantry-mount-'))
after(() => rmSync(folder, { recursive: true }))

test('overlay with paths relative to a folder', () => {
  for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'lower/file'), 'below')
  const target = join(folder, 'merged')
  const before = process.cwd()
  mountAt(target, {
    type: 'overlay',
    source: 'overlay',
    options: ['lowerdir=lower', 'upperdir=upper', 'workdir=work', 'nodev'],
    workingFolder: folder,
  })
  assert.equal(process.cwd(), before)
  assert.equal(readFileSync(join(target, 'file'), 'utf8'), 'below')
  const entry = mounts().find(mount => mount.target === target)
  assert.equal(entry?.type, 'overlay')
  assert.ok(entry.options.includes('nodev'))
  assert.equal(unmount(target), true)
  assert.equal(unmount(target), false)
})

test('a read-only bind refuses writes', () => {
  const source = join(folder, 'source')
  const target = join(folder, 'target with space')
  mkdirSync(source)
  mkdirSync(target)
  mountAt(target, { type: 'bind', source, options: ['rbind', 'ro', 'nosuid'] })
  try {
    assert.throws(() => writeFileSync(join(target, 'x'), ''), { code: 'EROFS' })
    assert.ok(mounts().some(mount => mount.target === target && mount.options.includes('nosuid')))
  } finally {
    unmount(target)
  }
})

test('what cannot be mounted names the target', () => {
  const target = join(folder, 'nowhere')
  assert.throws(() => mountAt(target, { type: 'tmpfs', source: 'tmpfs', options: [] }), {
    code: 'ENOENT',
    message: `mount ${target}: no such file or directory`,
  })
})

test('mountinfo is read with its escapes and optional fields', () => {
  const [entry] = parseMountinfo(
    '36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n',
  )
  assert.deepEqual(entry, {
    id: 36,
    parent: 35,
    device: '98:0',
    root: '/mnt1',
    target: '/mnt 2',
    options: ['rw', 'noatime'],
    optional: ['master:1', 'shared:2'],
    type: 'ext3',
    source: '/dev/root',
    superOptions: ['rw', 'errors=continue'],
  })
})
