import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createFifo } from './fifo.ts'
import { RootFolder } from './root-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'gantry-root-'))
const tree = join(folder, 'tree')
const outside = join(folder, 'outside')
mkdirSync(tree)
mkdirSync(outside)
writeFileSync(join(outside, 'canary'), 'secret')
mkdirSync(join(tree, 'etc'))
writeFileSync(join(tree, 'etc/passwd'), 'root:x:0:0')
symlinkSync(outside, join(tree, 'absolute'))
symlinkSync('../outside', join(tree, 'relative'))
symlinkSync('/etc', join(tree, 'inside'))
symlinkSync('loop', join(tree, 'loop'))
symlinkSync('/proc/self/root', join(tree, 'magic'))
const root = new RootFolder(tree)
after(() => {
  root[Symbol.dispose]()
  rmSync(folder, { recursive: true })
})

test('links lead nowhere but inside', () => {
  assert.equal(root.readFile('/inside/passwd', 100)?.toString(), 'root:x:0:0')
  for (const path of ['/absolute/canary', '/relative/canary', '/../outside/canary', '/../../../../etc/shadow']) {
    assert.equal(root.readFile(path, 100), undefined)
  }
  assert.throws(() => root.readFile('/loop', 100), { code: 'ELOOP' })
  assert.equal(root.readFile('/magic/etc/passwd', 100_000), undefined)
})

test('folders are made inside, also through links', () => {
  assert.equal(root.makeFolders('/a/b/c', 0o755, 0, 0), true)
  assert.equal(root.makeFolders('/a/b/c', 0o755, 0, 0), false)
  assert.equal(root.makeFolders('/inside/new', 0o755, 12, 34), true)
  assert.equal(root.stat('/etc/new')?.uid, 12)
  assert.throws(() => root.makeFolders('/absolute/new', 0o755, 0, 0))
  assert.deepEqual(readdirSync(outside), ['canary'])
  assert.equal(readFileSync(join(outside, 'canary'), 'utf8'), 'secret')
})

test('devices, pipes, large files and NUL are refused', () => {
  createFifo(join(tree, 'fifo'), 0o600)
  writeFileSync(join(tree, 'large'), Buffer.alloc(1000))
  assert.throws(() => root.readFile('/fifo', 100), /not a regular file/)
  assert.throws(() => root.readFile('/large', 100), /larger than 100 bytes/)
  assert.throws(() => root.readFile('/etc\0/passwd', 100), /NUL/)
  assert.throws(() => root.remove('etc\0'), /NUL/)
})

test('removal takes the link, never its target', () => {
  symlinkSync('/etc/passwd', join(tree, 'link'))
  assert.equal(root.remove('/link'), true)
  assert.equal(root.remove('/link'), false)
  assert.ok(root.stat('/etc/passwd')?.isFile())
})
