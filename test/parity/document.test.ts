import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CASES } from './cases/index.ts'
import { readDocument } from './document.ts'

test('docs/parity.md lists the accepted differences (node test/parity/document.ts writes them)', () => {
  const { found, wanted } = readDocument()
  assert.equal(found, wanted)
})

test('no two cases have one name', () => {
  const names = CASES.map(({ name }) => name)
  assert.deepEqual(
    names.filter((name, at) => names.indexOf(name) !== at),
    [],
  )
})
