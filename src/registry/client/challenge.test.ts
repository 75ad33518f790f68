import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseChallenges } from './challenge.ts'

const parsed = (header: string) =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])

test('challenges as registries send them', () => {
  assert.deepEqual(parsed('Bearer realm="https://auth.docker.io/token",service="registry.docker.io"'), [
    ['bearer', { realm: 'https://auth.docker.io/token', service: 'registry.docker.io' }],
  ])
  assert.deepEqual(parsed('Basic realm="a, \\"b\\" = c" , charset=UTF-8'), [
    ['basic', { realm: 'a, "b" = c', charset: 'UTF-8' }],
  ])
  assert.deepEqual(parsed('bearer Realm = x,scope="repository:a/b:pull,push",error="insufficient_scope"'), [
    ['bearer', { realm: 'x', scope: 'repository:a/b:pull,push', error: 'insufficient_scope' }],
  ])
  assert.deepEqual(parsed('Basic realm="x", Bearer realm="y"'), [
    ['basic', { realm: 'x' }],
    ['bearer', { realm: 'y' }],
  ])
  assert.deepEqual(parsed('Negotiate abc==, , Basic'), [
    ['negotiate', {}],
    ['basic', {}],
  ])
  assert.deepEqual(parsed(''), [])
})

test('what is no challenge gives none, quickly', () => {
  assert.deepEqual(parsed('Bearer realm="never closed'), [['bearer', {}]])
  assert.deepEqual(parsed('"quoted"'), [])
  assert.deepEqual(parsed('='), [])
  assert.deepEqual(parsed(`Bearer realm="${'x'.repeat(9000)}"`), [])
  for (const unit of ['a', ',', '=', '"', 'a=', 'a=b,', 'a b,', '\\', ' ']) {
    const before = process.threadCpuUsage()
    parseChallenges(`B ${unit.repeat(Math.floor(8000 / unit.length))}`)
    const { user, system } = process.threadCpuUsage(before)
    assert.ok(user + system < 50_000)
  }
})
