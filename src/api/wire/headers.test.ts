import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodePathStat, encodePathStat, GO_MODE } from './path-stat.ts'
import { decodeRegistryAuth, encodeRegistryAuth } from './registry-auth.ts'

test('credentials survive the header, in every spelling of base64', () => {
  const auth = { username: 'u', password: 'p?>~ü<', serveraddress: 'ex.org:5000' }
  const header = encodeRegistryAuth(auth)
  assert.match(header, /^[\w-]+=*$/)
  assert.deepEqual(decodeRegistryAuth(header), auth)
  assert.deepEqual(decodeRegistryAuth(header.replace(/=+$/, '')), auth)
  assert.deepEqual(decodeRegistryAuth(header.replaceAll('-', '+').replaceAll('_', '/')), auth)
  assert.deepEqual(decodeRegistryAuth(Buffer.from('null').toString('base64')), {})
})

test('no header means no credentials', () => {
  assert.deepEqual(decodeRegistryAuth(undefined), {})
  assert.deepEqual(decodeRegistryAuth(''), {})
})

test('a bad header is refused without its content', () => {
  const secret = Buffer.from('{"username":"u","password":hunter2}').toString('base64')
  for (const bad of ['%%%', 'hunter2 hunter2', secret, Buffer.from('{"password":["hunter2"]}').toString('base64')]) {
    assert.throws(
      () => decodeRegistryAuth(bad),
      (error: Error) =>
        error.message.startsWith('invalid X-Registry-Auth header: ') && !error.message.includes('hunter'),
    )
  }
})

test('the stat of a path is that of dockerd 28.5', () => {
  const header =
    'eyJuYW1lIjoicGFzc3dkIiwic2l6ZSI6MjIsIm1vZGUiOjQyMCwibXRpbWUiOiIyMDI2LTExLTIzVDA2OjQ4OjMzWiIsImxpbmtUYXJnZXQiOiIifQ=='
  const stat = { name: 'passwd', size: 22, mode: 0o644, mtime: '2026-11-23T06:48:33Z', linkTarget: '' }
  assert.deepEqual(decodePathStat(header), stat)
  assert.equal(encodePathStat(stat), header)
  const directory = { ...stat, mode: GO_MODE.dir + GO_MODE.sticky + 0o777 }
  assert.deepEqual(decodePathStat(encodePathStat(directory)), directory)
  for (const bad of [undefined, 'x', Buffer.from('{"size":"1"}').toString('base64')]) {
    assert.throws(() => decodePathStat(bad), { kind: 'data-corrupt' })
  }
})
