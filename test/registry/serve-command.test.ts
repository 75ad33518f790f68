/** `gantry registry serve` and `collect` as programs. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { hashSync } from 'bcryptjs'
import { startOwnRegistry } from '../support/own-registry.ts'
import { run } from '../support/process.ts'
import { pushImage, rawClient } from '../support/registry-server.ts'

const work = mkdtempSync(join(tmpdir(), 'gantry-serve-command-'))
after(() => rmSync(work, { recursive: true, force: true }))

const MAIN = join(import.meta.dirname, '../../src/cmd/main.ts')
const gantry = (...args: string[]) =>
  run(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'registry', ...args])

test('collect: by the server while it runs, by itself afterwards; a dry run only says', async () => {
  const root = join(work, 'collect')
  const server = await startOwnRegistry(root)
  const collect = async (...args: string[]) => {
    const { code, stdout, stderr } = await gantry('collect', '--root', root, '--keep-untagged', '0s', ...args)
    assert.equal(code, 0, stderr)
    return stdout
  }
  try {
    const call = rawClient(server.host)
    const kept = await pushImage(call, 'app', 'v1', { layer: 'kept' })
    const first = await pushImage(call, 'app', undefined, { layer: 'first' })
    assert.match(await collect('--dry-run'), new RegExp(`^manifest app@${first.digest}\n(?:blob .*\n)*Would free: \\d`))
    assert.equal((await call('HEAD', `/v2/app/manifests/${first.digest}`)).status, 200)
    assert.match(await collect(), new RegExp(`^manifest app@${first.digest}\n(?:blob .*\n)*Freed: \\d`))
    assert.equal((await call('HEAD', `/v2/app/manifests/${first.digest}`)).status, 404)
    assert.equal((await call('HEAD', `/v2/app/manifests/${kept.digest}`)).status, 200)
    // Only its owner may enter the folder, and with it the socket.
    assert.equal(statSync(root).mode & 0o777, 0o700)
    const second = await pushImage(call, 'app', undefined, { layer: 'second' })
    await server.end('SIGTERM')
    assert.match(await collect(), new RegExp(`^manifest app@${second.digest}\n`))
  } finally {
    await server.end('SIGKILL')
  }
})

test('one server to a folder; passwords not in the clear; mistakes with the way out', async () => {
  const root = join(work, 'refusals')
  const users = join(work, 'users')
  writeFileSync(users, `ann:${hashSync('secret', 4)}\n`)
  const server = await startOwnRegistry(root, { args: ['--htpasswd', users] })
  try {
    assert.equal((await rawClient(server.host)('GET', '/v2/')).status, 401)
    const expect: readonly (readonly [RegExp, readonly string[]])[] = [
      [/is in use by another registry: stop that one/, ['serve', '--root', root]],
      [/without TLS shows every password/, ['serve', '--root', root, '--listen', '0.0.0.0:0', '--htpasswd', users]],
      [/--listen nowhere is no address/, ['serve', '--root', root, '--listen', 'nowhere']],
      [/give both --tls-cert and --tls-key/, ['serve', '--root', root, '--tls-cert', users]],
      [/no user with a bcrypt hash/, ['serve', '--root', join(work, 'new'), '--htpasswd', MAIN]],
      [/say at most 596h/, ['serve', '--root', root, '--collect-every', '9999h']],
      [/is no duration/, ['collect', '--root', root, '--keep-untagged', 'soon']],
      [/did you mean --dry-run\?/, ['collect', '--dry-rum']],
      [/is no registry: name its folder/, ['collect', '--root', join(work, 'nothing')]],
      [/'pull' is not a registry command/, ['pull']],
    ]
    for (const [pattern, args] of expect) {
      const { code, stderr } = await gantry(...args)
      assert.equal(code, 1, args.join(' '))
      assert.match(stderr, pattern)
      assert.equal(stderr.trim().split('\n').length, 1, stderr)
    }
  } finally {
    await server.end('SIGTERM')
  }
})
