import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { TreeFolder } from './tree-folder.ts'

const work = mkdtempSync(join(tmpdir(), 'gantry-tree-'))
after(() => rmSync(work, { recursive: true }))

test('what was found is what is read, whoever takes its name meanwhile', () => {
  mkdirSync(join(work, 'folder'))
  writeFileSync(join(work, 'folder/own'), 'own')
  writeFileSync(join(work, 'file'), 'text')
  using root = TreeFolder.open(work)
  using folder = root.find('folder')
  using file = root.find('file')
  assert.ok(folder !== undefined && file !== undefined)
  for (const name of ['folder', 'file']) {
    renameSync(join(work, name), join(work, `${name}-away`))
    symlinkSync('/etc', join(work, name))
  }
  using inside = folder.openFolder()
  assert.deepEqual(inside.names(), ['own'])
  const bytes = Buffer.alloc(10)
  assert.equal(bytes.toString('utf8', 0, readSync(file.openFile(), bytes)), 'text')
  using link = root.find('folder')
  assert.deepEqual([link?.kind, link?.linkTarget()], ['symlink', '/etc'])
  assert.throws(() => link?.openFolder())
  assert.throws(() => link?.openFile(), { code: 'EINVAL' })
  assert.equal(root.find('nothing'), undefined)
})

test('names come in the order of their bytes, those that are no text too', () => {
  const folder = join(work, 'names')
  mkdirSync(folder)
  const names = [Buffer.from('b'), Buffer.from('a'), Buffer.from([0x61, 0xff]), Buffer.from('ä')]
  for (const name of names) writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), name]), '')
  using root = TreeFolder.open(folder)
  assert.deepEqual(root.names(), ['a', 'a\udcff', 'b', 'ä'])
  for (const name of root.names()) {
    using file = root.find(name)
    assert.equal(file?.kind, 'file', name)
  }
})
