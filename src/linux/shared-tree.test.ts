import assert from 'node:assert/strict'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Ownership } from './ownership.ts'
import { RootFolder } from './root-folder.ts'
import { SharedTree } from './shared-tree.ts'

const what = (mode: number): Ownership => ({
  uid: process.getuid?.() ?? 0,
  gid: process.getgid?.() ?? 0,
  mode,
  mtime: 0n,
  xattrs: new Map(),
})

describe('a tree that others change', () => {
  let folder: string
  let outside: string

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gantry-tree-'))
    outside = mkdtempSync(join(tmpdir(), 'gantry-outside-'))
    writeFileSync(join(outside, 'kept'), 'kept')
  })

  after(() => {
    for (const path of [folder, outside]) rmSync(path, { recursive: true })
  })

  test('a folder that was swapped for another is not written into, nor given a mode', () => {
    using root = new RootFolder(folder)
    using tree = new SharedTree(root)
    mkdirSync(join(folder, 'theirs'), { mode: 0o700 })
    tree.folder('', 'made')
    renameSync(join(folder, 'made'), join(folder, 'away'))
    symlinkSync('theirs', join(folder, 'made'))
    assert.throws(() => tree.startFile('made', 'file'), /was replaced by the container/)
    assert.equal(tree.finishFolder('made', what(0o777)), false, 'a link is no folder')
    rmSync(join(folder, 'made'))
    renameSync(join(folder, 'theirs'), join(folder, 'made'))
    assert.throws(() => tree.finishFolder('made', what(0o777)), /was replaced by the container/)
    assert.equal(statSync(join(folder, 'made')).mode & 0o777, 0o700)
    assert.deepEqual(readdirSync(join(folder, 'made')), [])
  })

  test('what stands in the way goes, and what a link in it leads to stays', () => {
    using root = new RootFolder(folder)
    using tree = new SharedTree(root)
    mkdirSync(join(folder, 'way/deep'), { recursive: true })
    symlinkSync(outside, join(folder, 'way/deep/link'))
    writeFileSync(join(folder, 'way/deep/file'), '')
    tree.folder('way', 'deep')
    tree.finishFile(tree.startFile('', 'way'), what(0o600), 'way')
    assert.ok(statSync(join(folder, 'way')).isFile())
    assert.equal(readFileSync(join(outside, 'kept'), 'utf8'), 'kept')
  })

  test('a file takes the place of a folder that is not empty, below another one', () => {
    using root = new RootFolder(folder)
    using tree = new SharedTree(root)
    mkdirSync(join(folder, 'up/full/of'), { recursive: true })
    const fd = tree.startFile('up', 'full')
    tree.append(fd, Buffer.from('now a file'))
    tree.finishFile(fd, what(0o640), 'up/full')
    tree.finishFile(tree.startFile('up', 'beside'), what(0o640), 'up/beside')
    assert.equal(readFileSync(join(folder, 'up/full'), 'utf8'), 'now a file')
    assert.deepEqual(readdirSync(join(folder, 'up')).sort(), ['beside', 'full'])
  })
})
