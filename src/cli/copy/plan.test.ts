import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePlace } from './place.ts'
import { type CopySource, planCopy, renamed, splitPath, withEndOf } from './plan.ts'

const FILE: CopySource = { path: '/h/file', isFolder: false, name: 'file' }
const FOLDER: CopySource = { path: '/h/dir', isFolder: true, name: 'dir' }
const CONTENT: CopySource = { path: '/h/dir/.', isFolder: true, name: '.' }

/** `FOLDER NAME`, or the refusal. */
function planned(source: CopySource, path: string, isFolder: boolean | undefined): string {
  try {
    const { folder, name } = planCopy(source, { path, isFolder })
    return `${folder} ${name}`
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
}

test('a copy is called as the documentation of docker cp says', () => {
  const table: readonly (readonly [CopySource, string, boolean | undefined, string])[] = [
    [FILE, '/c/new', undefined, '/c new'],
    [FILE, '/c/new/', undefined, 'no such directory'],
    [FILE, '/c/new/.', undefined, 'no such directory'],
    [FILE, '/c/there', false, '/c there'],
    [FILE, '/c/dir', true, '/c/dir file'],
    [FILE, '/c/dir/', true, '/c/dir/ file'],
    [FILE, 'new', undefined, '. new'],
    [FILE, '/new', undefined, '/ new'],
    [FILE, '', undefined, 'no such directory'],
    [FOLDER, '/c/new', undefined, '/c new'],
    [FOLDER, '/c/new/', undefined, '/c new'],
    [FOLDER, '/c/there', false, 'cannot copy directory'],
    [FOLDER, '/c/dir', true, '/c/dir dir'],
    [CONTENT, '/c/new', undefined, '/c new'],
    [CONTENT, '/c/dir', true, '/c/dir .'],
  ]
  for (const [source, path, isFolder, wanted] of table) assert.equal(planned(source, path, isFolder), wanted, path)
})

test('members get the name of the destination, and no others', () => {
  assert.equal(renamed('dir/', 'dir', 'new'), 'new/')
  assert.equal(renamed('dir/dir/a', 'dir', 'new'), 'new/dir/a')
  assert.equal(renamed('directory', 'dir', 'new'), 'directory')
  assert.equal(renamed('./a', '.', 'new'), 'new/a')
  assert.equal(renamed('./a', '.', '.'), './a')
  assert.equal(renamed('/a', '/', 'new'), 'new/a')
})

test('places', () => {
  assert.deepEqual(parsePlace('web:/srv'), { kind: 'container', container: 'web', path: '/srv' })
  assert.deepEqual(parsePlace('web:'), { kind: 'container', container: 'web', path: '' })
  assert.deepEqual(parsePlace('/a:b'), { kind: 'local', path: '/a:b' })
  assert.deepEqual(parsePlace('./a:b'), { kind: 'local', path: './a:b' })
  assert.deepEqual(parsePlace('file'), { kind: 'local', path: 'file' })
  assert.deepEqual(parsePlace('-'), { kind: 'stream' })
})

test('ends of paths', () => {
  assert.deepEqual(splitPath('/a/b/'), { folder: '/a', name: 'b' })
  assert.deepEqual(splitPath('/a/b/.'), { folder: '/a/b', name: '.' })
  assert.deepEqual(splitPath('/'), { folder: '/', name: '/' })
  assert.deepEqual(splitPath('a'), { folder: '.', name: 'a' })
  assert.equal(withEndOf('x/', '/h/x'), '/h/x/')
  assert.equal(withEndOf('x/.', '/h/x'), '/h/x/.')
  assert.equal(withEndOf('.', '/h'), '/h/.')
  assert.equal(withEndOf('x.', '/h/x.'), '/h/x.')
})
