import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestOf, parseDigest } from './digest.ts'
import {
  isNameOnly,
  nameOnly,
  parseAnyReference,
  parseReference,
  withDefaultTag,
  withDigest,
  withTag,
} from './reference.ts'
import { familiarName, familiarString, formatReference, nameOf } from './reference-format.ts'

const HEX = '1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a'
const DIGEST = parseDigest(`sha256:${HEX}`)

test('names are normalised and shortened as Docker does', () => {
  // typed, domain, path, familiar
  const table: [string, string, string, string][] = [
    ['busybox', 'docker.io', 'library/busybox', 'busybox'],
    ['library/busybox', 'docker.io', 'library/busybox', 'busybox'],
    ['docker.io/busybox', 'docker.io', 'library/busybox', 'busybox'],
    ['index.docker.io/busybox', 'docker.io', 'library/busybox', 'busybox'],
    ['index.docker.io/some/app', 'docker.io', 'some/app', 'some/app'],
    ['some/app', 'docker.io', 'some/app', 'some/app'],
    ['library/some/app', 'docker.io', 'library/some/app', 'library/some/app'],
    ['localhost/app', 'localhost', 'app', 'localhost/app'],
    ['LOCAL/app', 'LOCAL', 'app', 'LOCAL/app'],
    ['localhost:5000/app', 'localhost:5000', 'app', 'localhost:5000/app'],
    ['host-1:8080/a/b', 'host-1:8080', 'a/b', 'host-1:8080/a/b'],
    ['test_com/foo', 'docker.io', 'test_com/foo', 'test_com/foo'],
    ['xn--n3h.com/foo', 'xn--n3h.com', 'foo', 'xn--n3h.com/foo'],
    ['a_b.c/d', '', 'a_b.c/d', 'a_b.c/d'],
    ['[fc00::1]:5000/debian', '[fc00::1]:5000', 'debian', '[fc00::1]:5000/debian'],
    ['192.168.0.1', 'docker.io', 'library/192.168.0.1', '192.168.0.1'],
    ['d/t', 'docker.io', 'd/t', 'd/t'],
    ['dock__er/a---b.c_d', 'docker.io', 'dock__er/a---b.c_d', 'dock__er/a---b.c_d'],
    [`docker.io/${HEX}`, 'docker.io', `library/${HEX}`, HEX],
  ]
  for (const [typed, domain, path, familiar] of table) {
    const reference = parseReference(typed)
    assert.deepEqual([reference.domain, reference.path], [domain, path], typed)
    assert.equal(familiarName(reference), familiar)
    assert.equal(isNameOnly(reference), true)
    if (familiar !== HEX) assert.deepEqual(parseReference(familiarString(reference)), reference)
    assert.deepEqual(parseReference(formatReference(reference)), reference)
  }
})

test('tags and digests', () => {
  const table: [string, string | undefined, string | undefined][] = [
    ['busybox:1.36', '1.36', undefined],
    ['192.168.0.1:80', '80', undefined],
    ['host:5000/app:_x-Y.z', '_x-Y.z', undefined],
    [`app@${DIGEST}`, undefined, DIGEST],
    [`host:5000/app:v1@${DIGEST}`, 'v1', DIGEST],
    [`app:${'t'.repeat(128)}`, 't'.repeat(128), undefined],
    [`app@${digestOf('x', 'sha512')}`, undefined, digestOf('x', 'sha512')],
  ]
  for (const [typed, tag, digest] of table) {
    const reference = parseReference(typed)
    assert.deepEqual([reference.tag, reference.digest], [tag, digest])
    assert.equal(familiarString(reference), typed)
  }
})

test('refusals are in the words of Docker', () => {
  const format = 'invalid reference format'
  const lower = (name: string) => `invalid reference format: repository name (${name}) must be lowercase`
  const table: [string, string][] = [
    ['', format],
    [':tag', format],
    ['UPPER', lower('library/UPPER')],
    ['UPPER:tag', lower('library/UPPER')],
    ['docker/Docker', lower('docker/Docker')],
    ['docker.io/docker/Docker:X', lower('docker/Docker')],
    ['A_B.c/d', 'repository name must be lowercase'],
    ['https://github.com/docker/docker', format],
    ['-docker', format],
    ['docker-/docker', format],
    ['docker///docker', format],
    ['docker/', format],
    ['/docker', format],
    ['dock..er/docker', format],
    ['dock_.er/docker', format],
    ['____/____', format],
    ['[fc00::1]', format],
    ['fc00::1:5000/debian', format],
    ['[fe80::1%eth0]:5000/debian', format],
    ['-host.io/x', format],
    ['host.io:80x/x', format],
    ['aa/asdf$$^/aa', format],
    ['app:-tag', format],
    [`app:${'t'.repeat(129)}`, format],
    ['app@sha256:short', format],
    ['app\n', format],
    ['app:tag\n', format],
    ['../x', format],
    ['a/../x', format],
    [`app@sha256:${'f'.repeat(34)}`, 'invalid checksum digest length'],
    [`app@sha256:${'F'.repeat(64)}`, 'invalid checksum digest format'],
    [`app@md5:${'f'.repeat(32)}`, 'unsupported digest algorithm'],
    [HEX, `invalid repository name (${HEX}), cannot specify 64-byte hexadecimal strings`],
    [`host.io/${'a'.repeat(256)}`, 'repository name must not be more than 255 characters'],
    [`host.io/${'a/'.repeat(128)}a`, 'repository name must not be more than 255 characters'],
  ]
  for (const [typed, message] of table) {
    assert.throws(() => parseReference(typed), { message, kind: 'invalid-argument' }, JSON.stringify(typed))
  }
  assert.equal(parseReference(`host.io/${'a/'.repeat(127)}a`).path.length, 255)
})

test('any reference may be an id', () => {
  assert.deepEqual(parseAnyReference(HEX), { kind: 'digest', digest: DIGEST })
  assert.deepEqual(parseAnyReference(DIGEST), { kind: 'digest', digest: DIGEST })
  assert.deepEqual(parseAnyReference('redis'), { kind: 'named', reference: parseReference('redis') })
  assert.deepEqual(parseAnyReference(HEX.slice(1)).kind, 'named')
})

test('tag and digest are added and taken', () => {
  const plain = parseReference('busybox')
  assert.equal(familiarString(withDefaultTag(plain)), 'busybox:latest')
  assert.equal(familiarString(withDefaultTag(withDigest(plain, DIGEST))), `busybox@${DIGEST}`)
  assert.equal(familiarString(withTag(plain, '1')), 'busybox:1')
  assert.throws(() => withTag(plain, '-x'), { message: 'invalid tag format' })
  assert.equal(nameOf(nameOnly(withTag(plain, '1'))), 'docker.io/library/busybox')
  assert.equal(isNameOnly(nameOnly(withDigest(plain, DIGEST))), true)
})

test('a mebibyte of anything is answered in linear time', () => {
  const size = 1 << 20
  const hostile = ['a', 'A', '-', 'a-', 'a.', 'a/', 'a_', ':', '@', '[', 'a:', 'é', '1:1/', 'a.b:1/', '__', '\0']
  const around = [
    ['', '!'],
    ['', ''],
    ['host.io/', '!'],
    ['a:', '!'],
    ['a@sha256:', ''],
    ['a@', ':!'],
  ]
  for (const unit of hostile) {
    for (const [head, tail] of around) {
      const text = head + unit.repeat(size / unit.length) + tail
      const took = Math.min(...[1, 2, 3].map(() => timeOfRefusal(text)))
      assert.ok(took < 50, `${head}${unit}*${tail}: ${took} ms`)
    }
  }
})

/** Milliseconds of this thread's own time: the machine may be busy with something else, the parser may not. */
function timeOfRefusal(text: string): number {
  const before = process.threadCpuUsage()
  try {
    parseReference(text)
  } catch (error) {
    assert.ok(error instanceof Error && error.message.length < 1000)
  }
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}
