import assert from 'node:assert/strict'
import { test } from 'node:test'
import { algorithmOf, createDigester, digestOf, hexOf, isDigest, parseDigest } from './digest.ts'

const HEX = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'

test('digests of both algorithms', () => {
  const digest = parseDigest(`sha256:${HEX}`)
  assert.equal(digest, digestOf('test'))
  assert.equal(algorithmOf(digest), 'sha256')
  assert.equal(hexOf(digest), HEX)
  const long = createDigester('sha512').update('te').update(Buffer.from('st')).digest()
  assert.equal(algorithmOf(long), 'sha512')
  assert.equal(hexOf(parseDigest(long)).length, 128)
})

test('what could be a path, a short cut or another algorithm is refused', () => {
  const refused: [string, string][] = [
    ['', 'invalid checksum digest format'],
    [HEX, 'invalid checksum digest format'],
    [`sha256:${HEX.toUpperCase()}`, 'invalid checksum digest format'],
    [`sha256:${HEX.slice(1)}`, 'invalid checksum digest length'],
    [`sha256:${HEX}0`, 'invalid checksum digest length'],
    [`sha512:${HEX}`, 'invalid checksum digest length'],
    [`md5:${HEX.slice(0, 32)}`, 'unsupported digest algorithm'],
    [`SHA256:${HEX}`, 'unsupported digest algorithm'],
    [`constructor:${HEX}`, 'unsupported digest algorithm'],
    ['sha256:../../x', 'invalid checksum digest format'],
    [`sha256:../${HEX.slice(3)}`, 'invalid checksum digest format'],
    [`sha256:${HEX}\n`, 'invalid checksum digest format'],
    [`sha256:${HEX}\0`, 'invalid checksum digest format'],
    [` sha256:${HEX}`, 'invalid checksum digest format'],
    [`sha256:${'a'.repeat(1 << 20)}`, 'invalid checksum digest format'],
  ]
  for (const [text, message] of refused) {
    assert.throws(() => parseDigest(text), { message, kind: 'invalid-argument' })
    assert.equal(isDigest(text), false)
  }
})
