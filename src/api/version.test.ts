import assert from 'node:assert/strict'
import { test } from 'node:test'
import { atLeast, compareVersions, parseVersion, splitVersion, supportedVersion } from './version.ts'

test('a version is taken off the path', () => {
  assert.deepEqual(splitVersion('/v1.41/containers/json'), { version: '1.41', path: '/containers/json' })
  assert.deepEqual(splitVersion('/_ping'), { version: undefined, path: '/_ping' })
  assert.deepEqual(splitVersion('/v1.41/images/a/v1.2/json'), { version: '1.41', path: '/images/a/v1.2/json' })
  for (const path of ['/vx/info', '/v1.41', '/volumes', '/v/info']) {
    assert.deepEqual(splitVersion(path), { version: undefined, path })
  }
})

test('versions out of range are refused in Docker’s words', () => {
  assert.equal(supportedVersion(undefined), '1.51')
  assert.equal(supportedVersion('1.24'), '1.24')
  assert.equal(supportedVersion('1.51'), '1.51')
  assert.equal(supportedVersion('1.41.3'), '1.41')
  for (const old of ['1.12', '1', '0.99', '1.3', '.']) {
    assert.throws(() => supportedVersion(old), {
      kind: 'invalid-argument',
      message: `client version ${old} is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version`,
    })
  }
  for (const recent of ['1.99', '2.0', '1.51.1']) {
    assert.throws(() => supportedVersion(recent), {
      kind: 'invalid-argument',
      message: `client version ${recent} is too new. Maximum supported API version is 1.51`,
    })
  }
})

test('versions compare by number', () => {
  assert.ok(compareVersions('1.9', '1.24') < 0)
  assert.ok(compareVersions('1.100', '1.24') > 0)
  assert.equal(compareVersions('1.40', '1.40.0'), 0)
  assert.equal(atLeast('1.42', '1.42'), true)
  assert.equal(atLeast('1.41', '1.42'), false)
})

test('versions parse with or without their letter', () => {
  assert.equal(parseVersion('v1.41'), '1.41')
  assert.equal(parseVersion('1.24'), '1.24')
  for (const bad of ['', '1', '1.2.3', 'x', '1.x', '-1.2']) assert.equal(parseVersion(bad), undefined)
})
