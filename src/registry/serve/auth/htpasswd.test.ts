import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { hashSync } from 'bcryptjs'
import { openHtpasswd, parseHtpasswd } from './htpasswd.ts'

const folder = mkdtempSync(join(tmpdir(), 'gantry-htpasswd-'))
after(() => rmSync(folder, { recursive: true }))

const line = (name: string, password: string) => `${name}:${hashSync(password, 4).replace('$2b$', '$2y$')}\n`
const basic = (text: string) =>
  ({ headers: { authorization: `Basic ${Buffer.from(text).toString('base64')}` } }) as IncomingMessage

test('who is in the file is let in, with that password only', async () => {
  const path = join(folder, 'users')
  writeFileSync(path, `# people\n\n${line('ann', 'sec:ret')}${line('bob', 'other')}`)
  const users = openHtpasswd(path)
  await users.check(basic('ann:sec:ret'))
  await users.check(basic('ann:sec:ret'))
  await users.check(basic('bob:other'))
  for (const wrong of ['ann:other', 'ann:', 'ann', 'carl:sec:ret', ':', '']) {
    await assert.rejects(users.check(basic(wrong)), { status: 401, code: 'UNAUTHORIZED' }, wrong)
  }
  await assert.rejects(users.check({ headers: {} } as IncomingMessage), { status: 401 })
})

test('a changed file counts at once, also for who was let in before; an unreadable one lets nobody in', async () => {
  const path = join(folder, 'changed')
  writeFileSync(path, line('ann', 'old'))
  const users = openHtpasswd(path)
  await users.check(basic('ann:old'))
  writeFileSync(path, line('ann', 'newer') + line('bob', 'x'))
  await assert.rejects(users.check(basic('ann:old')), { status: 401 })
  await users.check(basic('ann:newer'))
  rmSync(path)
  await assert.rejects(users.check(basic('ann:newer')), { status: 503, message: 'nobody can be authenticated now' })
  // Nor is the path told to strangers when the file comes back broken.
  writeFileSync(path, 'ann:plain')
  await assert.rejects(users.check(basic('ann:newer')), { status: 503 })
})

test('other hashes than bcrypt are refused with the line', () => {
  for (const bad of ['ann:secret', 'ann:$apr1$x$y', 'ann', ':$2y$05$abc', 'ann:$2y$05$short']) {
    assert.throws(() => parseHtpasswd(`# a\n${bad}`, 'users'), /users, line 2: no user with a bcrypt hash/, bad)
  }
})
