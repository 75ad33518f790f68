import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writtenPath } from './path.ts'

test('paths as they are written', () => {
  const table: readonly (readonly [string, string, string])[] = [
    ['/w/file', '/w/file', 'file'],
    ['w/file', '/w/file', 'file'],
    ['/w/dir/', '/w/dir/.', 'dir'],
    ['/w/dir/.', '/w/dir/.', '.'],
    ['/w/dir/..', '/w', '..'],
    ['../../w/file', '/w/file', 'file'],
    ['//w//x', '/w/x', 'x'],
    ['/', '/', '/'],
    ['.', '/', '.'],
    ['/..', '/', '..'],
    ['/w/.hidden', '/w/.hidden', '.hidden'],
  ]
  for (const [text, path, name] of table) assert.deepEqual(writtenPath(text), { path, name }, text)
})
