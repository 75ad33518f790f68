import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolveUser } from './user.ts'

const PASSWD =
  'root:x:0:0:root:/root:/bin/sh\nweb:x:33:33::/var/www:\n1000:x:0:0::/evil:\napp:x:1000:1001:,,,:/home/app\nbroken:x:notanumber:1\n'
const GROUP = 'root:x:0:\nwww:x:33:web\nstaff:x:50:app,web\naudio:x:29:app\n'

function resolve(text: string) {
  const { uid, gid, additionalGids, home } = resolveUser(text, PASSWD, GROUP)
  return [uid, gid, [...additionalGids].sort((a, b) => a - b), home]
}

test('names are looked up, numbers are numbers', () => {
  assert.deepEqual(resolve(''), [0, 0, [0], '/root'])
  assert.deepEqual(resolve('root'), [0, 0, [0], '/root'])
  assert.deepEqual(resolve('app'), [1000, 1001, [29, 50, 1001], '/home/app'])
  assert.deepEqual(resolve('1000'), [1000, 1001, [29, 50, 1001], '/home/app'])
  assert.deepEqual(resolve('web:staff'), [33, 50, [50], '/var/www'])
  assert.deepEqual(resolve('web:29'), [33, 29, [29], '/var/www'])
  assert.deepEqual(resolve('4242'), [4242, 0, [0], '/'])
  assert.deepEqual(resolve('4242:4343'), [4242, 4343, [4343], '/'])
  assert.deepEqual(resolve(':staff'), [0, 50, [50], '/root'])
})

test('what is not there or out of range is refused in words that clients know', () => {
  assert.throws(() => resolve('nobody'), {
    kind: 'invalid-argument',
    message: 'unable to find user nobody: no matching entries in passwd file',
  })
  assert.throws(() => resolve('app:nogroup'), {
    message: 'unable to find group nogroup: no matching entries in group file',
  })
  assert.throws(() => resolve('broken'), /no matching entries/)
  for (const bad of ['-1', '2147483648', '4294967296', '1:99999999999', '1:-1']) {
    assert.throws(() => resolve(bad), {
      kind: 'invalid-argument',
      message: 'uids and gids must be in range 0-2147483647',
    })
  }
})

test('an image without the files has root and numbers only', () => {
  assert.deepEqual(resolveUser('', '', ''), { uid: 0, gid: 0, additionalGids: [0], home: '/' })
  assert.deepEqual(resolveUser('5', '', ''), { uid: 5, gid: 0, additionalGids: [0], home: '/' })
})
