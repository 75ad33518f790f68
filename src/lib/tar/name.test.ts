import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeName, encodeName } from './name.ts'

test('UTF-8 becomes the string that everybody expects', () => {
  for (const name of ['', 'a', 'café', '漢/😀', '\u{10ffff}', '\u007f\u0080']) {
    assert.equal(decodeName(Buffer.from(name)), name)
    assert.deepEqual(encodeName(name), Buffer.from(name))
  }
  assert.equal(decodeName(Buffer.from('xx/y'), 1, 3), 'x/')
})

test('any bytes come back as they were, and no two become one', () => {
  const cases = [
    'ff',
    'fe80',
    '61ff62',
    'c3',
    'c3a9c3',
    'eda080',
    'edb280',
    'f0808080',
    'f4908080',
    'c080',
    'e282',
    '80c3a980',
  ]
  const seen = new Set<string>()
  for (const hex of cases) {
    const bytes = Buffer.from(hex, 'hex')
    const name = decodeName(bytes)
    assert.equal(encodeName(name).toString('hex'), hex)
    assert.equal(name.isWellFormed(), false)
    assert.equal(seen.has(name), false)
    seen.add(name)
  }
  assert.equal(decodeName(Buffer.from('80c3a980', 'hex')), '\udc80é\udc80')
  const all = Buffer.from(Array.from({ length: 65_536 }, (_, i) => [i >> 8, i & 0xff]).flat())
  assert.deepEqual(encodeName(decodeName(all)), all)
})
