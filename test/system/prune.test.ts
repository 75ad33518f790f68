/** Pruning, and what it says of itself beforehand. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, test } from 'node:test'
import { busyboxArchive } from '../support/busybox.ts'
import { systemSkip, TestEngine } from '../support/engine.ts'
import type { Finished } from '../support/process.ts'
import { file, tarArchive } from '../support/tar-archive.ts'

describe('prune', { skip: systemSkip() }, () => {
  let engine: TestEngine

  before(async () => {
    engine = await TestEngine.start()
  })

  after(() => engine[Symbol.asyncDispose]())

  /** One image in use by a stopped container, one dangling, one with a name that nobody uses. */
  beforeEach(async () => {
    for (const name of await lines('ps', '-aq')) ok(await engine.gantry(['rm', '-f', name]))
    for (const id of await lines('images', '-q')) ok(await engine.gantry(['rmi', '-f', id]))
    await engine.importBusybox()
    await importTar('dangling', '1')
    await importTar('dangling', '2')
    await importTar('unused', '3')
    ok(await engine.gantry(['create', '--name', 'stopped', 'busybox']))
  })

  const lines = async (...args: string[]) =>
    ok(await engine.gantry(args))
      .split('\n')
      .filter(line => line !== '')

  async function importTar(name: string, content: string): Promise<void> {
    const archive = tarArchive([file('big', Buffer.alloc(1_000_000, content))])
    const answer = await engine.api('POST', `/images/create?fromSrc=-&repo=${name}&tag=x`, archive)
    assert.doesNotMatch(answer.text, /error/)
  }

  const images = () => lines('images', '--format', '{{.Repository}}')

  test('dangling images, then all that no container uses', async () => {
    const told = ok(await engine.gantry(['image', 'prune', '--dry-run']))
    const done = ok(await engine.gantry(['image', 'prune', '-f']))
    assert.match(
      done,
      /^Deleted Images:\ndeleted: sha256:\w+\n(deleted: sha256:\w+\n)*\nTotal reclaimed space: 2\.\d+MB\n$/,
    )
    assert.equal(told.match(/[\d.]+MB/)?.[0], done.match(/[\d.]+MB/)?.[0], 'what was foretold came')
    assert.deepEqual((await images()).sort(), ['busybox', 'dangling', 'unused'])
    const all = ok(await engine.gantry(['image', 'prune', '-a', '-f']))
    assert.match(all, /untagged: unused:x\n/)
    assert.deepEqual(await images(), ['busybox'])
    assert.equal(ok(await engine.gantry(['image', 'prune', '-a', '-f'])), 'Total reclaimed space: 0B\n')
  })

  test('a dry run changes nothing, and says what the real one does', async () => {
    const before = await images()
    const told = ok(await engine.gantry(['image', 'prune', '-a', '--dry-run']))
    assert.match(told, /^Images that would be deleted:\n(deleted: sha256:\w+\n){3}/)
    const containers = ok(await engine.gantry(['container', 'prune', '--dry-run']))
    assert.match(containers, /^Containers that would be deleted:\n\w{64}\n\nTotal space that would be reclaimed: /)
    assert.deepEqual(await images(), before)
    assert.equal((await lines('ps', '-aq')).length, 1)
  })

  test('containers that do not run', async () => {
    ok(await engine.gantry(['run', '-d', '--name', 'runs', 'busybox', 'sleep', '1000']))
    assert.match(ok(await engine.gantry(['container', 'prune', '-f'])), /^Deleted Containers:\n\w{64}\n\nTotal/)
    assert.deepEqual(await lines('ps', '-a', '--format', '{{.Names}}'), ['runs'])
  })

  test('without force it asks, and takes silence for a no', async () => {
    const refused = await engine.gantry(['container', 'prune'], { input: 'n\n' })
    assert.deepEqual([refused.code, refused.stderr], [1, 'container prune has been cancelled\n'])
    assert.match(refused.stdout, /^WARNING! This will remove all stopped containers\.\nAre you sure/)
    assert.equal((await engine.gantry(['image', 'prune'], { input: '' })).code, 1)
    assert.equal((await lines('ps', '-aq')).length, 1)
    assert.equal((await engine.gantry(['container', 'prune'], { input: 'y\n' })).code, 0)
    assert.equal((await lines('ps', '-aq')).length, 0)
  })

  test('imports from an address', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/rootfs.tar') response.end(busyboxArchive())
      else response.writeHead(404).end('nothing here')
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      const done = ok(await engine.gantry(['import', `${address}/rootfs.tar`, 'fetched:1']))
      assert.match(done, /^Downloading from http.*\nsha256:\w{64}\n$/)
      assert.match(ok(await engine.gantry(['history', '--format', '{{.Comment}}', 'fetched:1'])), /^Imported from http/)
      assert.equal(ok(await engine.gantry(['run', '--rm', 'fetched:1', 'echo', 'hi'])), 'hi\n')
      const missing = await engine.gantry(['import', `${address}/nope`, 'x:1'])
      assert.match(missing.stderr, /failed to GET http:\/\/127\.0\.0\.1:\d+\/nope with status 404 Not Found/)
      const elsewhere = await engine.api('POST', '/images/create?fromSrc=file:///etc/passwd&repo=x')
      assert.match(elsewhere.text, /no address of http or https/)
    } finally {
      server.close()
    }
    const gone = await engine.gantry(['import', `${address}/rootfs.tar`, 'x:1'])
    assert.match(gone.stderr, /failed to GET .*ECONNREFUSED/)
  })

  test('platforms that an image is not for', async () => {
    const refused = await engine.gantry(['rmi', '--platform', 'linux/s390x', 'unused:x'])
    assert.match(refused.stderr, /does not provide the specified platform \(linux\/s390x\)/)
    assert.ok((await images()).includes('unused'))
  })
})

function ok({ code, stdout, stderr }: Finished): string {
  assert.equal(code, 0, stderr)
  return stdout
}
