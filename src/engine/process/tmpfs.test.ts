import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSecurityOptions } from './security.ts'
import { tmpfsMount } from './tmpfs.ts'

test('later options of a tmpfs win over earlier ones and over the usual ones', () => {
  const options = (text: string) => tmpfsMount('/t', text).options
  assert.deepEqual(options(''), ['noexec', 'nosuid', 'nodev', 'rprivate'])
  assert.deepEqual(options('exec,size=1m'), ['nosuid', 'nodev', 'rprivate', 'exec', 'size=1m'])
  assert.deepEqual(options('ro,rw,size=1m,size=2m,slave'), ['noexec', 'nosuid', 'nodev', 'rw', 'size=2m', 'slave'])
  assert.deepEqual(options('defaults'), ['noexec', 'nosuid', 'nodev', 'rprivate'])
  for (const text of ['nope', 'size', 'bind', 'lowerdir=/']) {
    assert.throws(() => options(`ro,${text}`), { message: `invalid tmpfs option "${text}"` })
  }
})

test('options of security', () => {
  const plain = { seccomp: { kind: 'default' }, noNewPrivileges: false, apparmor: undefined }
  assert.deepEqual(parseSecurityOptions(['label=disable', 'label:type:x', 'disable', 'seccomp=builtin']), plain)
  assert.deepEqual(parseSecurityOptions(['no-new-privileges', 'seccomp:unconfined', 'apparmor=own']), {
    seccomp: { kind: 'unconfined' },
    noNewPrivileges: true,
    apparmor: 'own',
  })
  assert.deepEqual(parseSecurityOptions(['no-new-privileges', 'no-new-privileges:false']), plain)
  assert.throws(() => parseSecurityOptions(['nope']), { message: 'invalid --security-opt 1: "nope"' })
  for (const option of ['nope=x', 'no-new-privileges=maybe', 'systempaths=unconfined']) {
    assert.throws(() => parseSecurityOptions([option]), { message: `invalid --security-opt 2: "${option}"` })
  }
})
