import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTimeZone } from './time-zone.ts'

test('a zone is a variable and the file that it names', () => {
  assert.deepEqual(readTimeZone('America/Argentina/Buenos_Aires'), {
    variable: 'TZ=America/Argentina/Buenos_Aires',
    mount: {
      Type: 'bind',
      Source: '/usr/share/zoneinfo/America/Argentina/Buenos_Aires',
      Target: '/usr/share/zoneinfo/America/Argentina/Buenos_Aires',
      ReadOnly: true,
    },
  })
  assert.match(readTimeZone('local').variable, /^TZ=\w/)
  for (const text of ['../../etc/passwd', '/etc/localtime', 'A//B', '', 'a b', 'A/']) {
    assert.throws(() => readTimeZone(text), /invalid time zone/, text)
  }
})
