/** Copies by the API: what files keep, what is mounted where, what goes on beside them. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { after, before, describe, test } from 'node:test'
import Docker from 'dockerode'
import { decodePathStat } from '#api'
import type { TarEntry } from '#lib/tar/header'
import { TAR_END, tarHeader } from '#lib/tar/writer'
import { type Member, tarOf } from '../support/busybox.ts'
import { create, remove, start } from '../support/containers.ts'
import { GANTRY, systemSkip, TestEngine } from '../support/engine.ts'
import { descriptors, residentBytes, until } from '../support/proc.ts'
import { run } from '../support/process.ts'
import { onTerminal } from '../support/pty.ts'
import { listingLine, readTar } from '../support/tar-listing.ts'

const MEGABYTE = 1024 * 1024
const NANOS = 1_000_000_000n

/** struct vfs_cap_data, version 2: cap_net_raw, permitted and effective. */
const CAPABILITY = Buffer.from('0100000200200000000000000000000000000000', 'hex')

/** Every kind of file that an archive has. */
const KINDS: readonly Member[] = [
  { type: 'dir', name: 'd', mode: 0o1750, uid: 7, gid: 8, mtime: 1_000_000_000n * NANOS },
  {
    type: 'file',
    name: 'd/plain',
    content: 'plain\n',
    mode: 0o4640,
    uid: 1000,
    gid: 1001,
    mtime: 1_100_000_000n * NANOS + 5n,
  },
  { type: 'hardlink', name: 'd/second', linkName: 'd/plain' },
  {
    type: 'symlink',
    name: 'd/link',
    linkName: '/etc/passwd',
    mode: 0o777,
    uid: 3,
    gid: 4,
    mtime: 1_200_000_000n * NANOS,
  },
  { type: 'fifo', name: 'd/pipe', mode: 0o600 },
  { type: 'char', name: 'd/null', devMajor: 1, devMinor: 3, mode: 0o666 },
  { type: 'file', name: 'd/able', content: 'x', mode: 0o755, xattrs: new Map([['security.capability', CAPABILITY]]) },
  { type: 'file', name: 'd/odd\udcffname', content: 'odd', mode: 0o644 },
]

describe('copies', { skip: systemSkip() }, () => {
  const work = mkdtempSync(join(tmpdir(), 'gantry-copy-'))
  let engine: TestEngine

  before(async () => {
    engine = await TestEngine.start()
  })

  after(async () => {
    await engine[Symbol.asyncDispose]()
    rmSync(work, { recursive: true })
  })

  const archive = (id: string, path: string) => `/containers/${id}/archive?path=${encodeURIComponent(path)}`
  const put = (id: string, path: string, members: readonly Member[]) =>
    engine.api('PUT', archive(id, path), tarOf(members))
  const idle = (host: object = {}) => start(engine, { Cmd: ['sleep', '1000'], HostConfig: host })

  async function members(id: string, path: string): Promise<Map<string, { entry: TarEntry; content: string }>> {
    const { status, bytes, text } = await engine.api('GET', archive(id, path))
    assert.equal(status, 200, text)
    const found = new Map<string, { entry: TarEntry; content: string }>()
    readTar([bytes], (entry, content) => void found.set(entry.name, { entry, content: content.toString() }))
    return found
  }

  async function kill(id: string): Promise<void> {
    await engine.api('POST', `/containers/${id}/kill`)
    await engine.api('POST', `/containers/${id}/wait`)
  }

  test('keep owners, modes, times, attributes and kinds, in and out', async () => {
    for (const prepare of [idle, () => create(engine, {})]) {
      const id = await prepare()
      assert.equal((await put(id, '/tmp', KINDS)).status, 200)
      const found = await members(id, '/tmp/d')
      const lines = [...found.values()].map(({ entry }) => listingLine(entry)).sort()
      for (const line of [
        'drwxr-x--T 7/8 0 2001-09-09 01:46:40 d/',
        '-rwsr----- 1000/1001 6 2004-11-09 11:33:20.000000005 d/plain',
        'hrwsr----- 1000/1001 0 2004-11-09 11:33:20.000000005 d/second link to d/plain',
        'lrwxrwxrwx 3/4 0 2008-01-10 21:20:00 d/link -> /etc/passwd',
      ]) {
        assert.ok(lines.includes(line.replace('rws', 'rwS')) || lines.includes(line), `${line} in\n${lines.join('\n')}`)
      }
      assert.match(lines.join('\n'), /^prw------- 0\/0 0 .* d\/pipe$/m)
      assert.match(lines.join('\n'), /^crw-rw-rw- 0\/0 1,3 .* d\/null$/m)
      assert.deepEqual(Buffer.from(found.get('d/able')?.entry.xattrs.get('security.capability') ?? []), CAPABILITY)
      assert.equal(found.get('d/odd\udcffname')?.content, 'odd')
      await remove(engine, id)
    }
  })

  test('see what is mounted in a container, whether it runs or not', async () => {
    const [own, readOnly] = [join(work, 'own'), join(work, 'ro')]
    for (const folder of [own, readOnly]) mkdirSync(folder)
    writeFileSync(join(readOnly, 'there'), 'there')
    const id = await idle({ Binds: [`${own}:/deep/in/own`, `${readOnly}:/ro:ro`], ReadonlyRootfs: true })
    for (const round of ['running', 'ended']) {
      if (round === 'ended') await kill(id)
      assert.equal((await put(id, '/deep/in/own', [{ type: 'file', name: round, content: round }])).status, 200)
      assert.equal(readFileSync(join(own, round), 'utf8'), round)
      assert.equal((await members(id, '/deep/in')).get(`in/own/${round}`)?.content, round)
      assert.equal((await members(id, '/ro')).get('ro/there')?.content, 'there')
      const refused = await put(id, '/ro', [{ type: 'file', name: 'x' }])
      assert.deepEqual([refused.status, refused.json], [400, { message: 'mounted volume is marked read-only' }])
      const root = await put(id, '/etc', [{ type: 'file', name: 'x' }])
      assert.deepEqual([root.status, root.json], [400, { message: 'container rootfs is marked read-only' }])
      assert.ok(!existsSync(join(readOnly, 'x')))
    }
    assert.equal((await members(id, '/etc/hostname')).get('hostname')?.content, `${id.slice(0, 12)}\n`)
    await remove(engine, id)
  })

  test('reach memory that is mounted while a container runs, and nothing of it afterwards', async () => {
    const id = await idle()
    assert.equal((await put(id, '/dev/shm', [{ type: 'file', name: 'x', content: 'in memory' }])).status, 200)
    assert.equal((await members(id, '/dev/shm/x')).get('x')?.content, 'in memory')
    await kill(id)
    assert.equal((await engine.api('GET', archive(id, '/dev/shm/x'))).status, 404)
    await remove(engine, id)
  })

  test('a look at a container that was never started changes nothing in it', async () => {
    const id = await create(engine, { HostConfig: { Binds: [`${work}:/never/made`] } })
    assert.ok((await members(id, '/never')).has('never/made/'))
    assert.equal((await engine.api('GET', `/containers/${id}/changes`)).json, null)
    await remove(engine, id)
  })

  test('of a paused container', async () => {
    const id = await idle()
    await engine.api('POST', `/containers/${id}/pause`)
    assert.equal((await put(id, '/tmp', [{ type: 'file', name: 'x', content: 'paused' }])).status, 200)
    assert.equal((await members(id, '/tmp/x')).get('x')?.content, 'paused')
    await engine.api('POST', `/containers/${id}/unpause`)
    await remove(engine, id)
  })

  test('what was copied into a container that does not run is there when it starts', async () => {
    const id = await create(engine, { Cmd: ['cat', '/srv/x'] })
    assert.equal((await put(id, '/', [{ type: 'file', name: 'srv/x', content: 'before the start' }])).status, 200)
    await engine.api('POST', `/containers/${id}/start`)
    await engine.api('POST', `/containers/${id}/wait`)
    assert.match((await engine.api('GET', `/containers/${id}/logs?stdout=1`)).text, /before the start/)
    await remove(engine, id)
  })

  test('are told of as events', async () => {
    const since = Math.floor(Date.now() / 1000)
    const id = await idle()
    await members(id, '/etc/passwd')
    await engine.api('HEAD', archive(id, '/etc'))
    await put(id, '/tmp', [])
    await engine.api('GET', archive(id, '/nope'))
    const filters = encodeURIComponent(JSON.stringify({ container: [id], type: ['container'] }))
    const until = Math.floor(Date.now() / 1000) + 1
    const { text } = await engine.api('GET', `/events?since=${since}&until=${until}&filters=${filters}`)
    const actions = text
      .trim()
      .split('\n')
      .map(line => (JSON.parse(line) as { Action: string }).Action)
    assert.deepEqual(actions.slice(2), ['archive-path', 'extract-to-dir'])
    await remove(engine, id)
  })

  test('by dockerode', async () => {
    const id = await idle()
    const container = new Docker({ socketPath: engine.socket }).getContainer(id)
    await container.putArchive(tarOf([{ type: 'file', name: 'x', content: 'by dockerode' }]), { path: '/tmp' })
    const stream = await container.getArchive({ path: '/tmp/x' })
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(Buffer.from(chunk as Buffer))
    assert.ok(Buffer.concat(chunks).includes('by dockerode'))
    const info: unknown = await container.infoArchive({ path: '/tmp/x' })
    const { headers } = info as { headers: Record<string, string> }
    assert.equal(decodePathStat(headers['x-docker-container-path-stat']).size, 12)
    await assert.rejects(container.getArchive({ path: '/nope' }), /Could not find the file \/nope in container/)
    await remove(engine, id)
  })

  test('by gantry: on a terminal with progress, from a tar and to one', async () => {
    const id = await idle()
    const big = join(work, 'progress')
    writeFileSync(big, Buffer.alloc(20 * MEGABYTE))
    using into = onTerminal(GANTRY, ['cp', big, `${id}:/tmp/x`], engine.env)
    assert.equal(await into.ended, 0)
    assert.match(
      into.output,
      /Copying to container - [\d.]+[kM]?B[\s\S]*\r\x1b\[2KSuccessfully copied 21MB to [0-9a-f]{64}:\/tmp\/x/,
    )
    using quiet = onTerminal(GANTRY, ['cp', '-q', `${id}:/tmp/x`, join(work, 'back')], engine.env)
    assert.equal(await quiet.ended, 0)
    assert.equal(quiet.output, '')
    assert.equal(statSync(join(work, 'back')).size, 20 * MEGABYTE)
    const input = tarOf([{ type: 'file', name: 'piped', content: 'piped' }])
    const sent = await run(GANTRY, ['cp', '-', `${id}:/tmp`], { env: engine.env, input })
    assert.deepEqual([sent.code, sent.stderr], [0, ''])
    const got = await run(GANTRY, ['cp', `${id}:/tmp/piped`, '-'], { env: engine.env })
    assert.match(got.stdout, /piped/)
    await remove(engine, id)
  })

  test('of a large file take no memory, and many names little', async () => {
    const size = 200 * MEGABYTE
    const id = await idle()
    const highest = watchMemory(engine.pid)
    const before = residentBytes(engine.pid)
    assert.equal(await upload(archive(id, '/tmp'), bigTar(size)), 200)
    const path = join(work, 'big')
    const { code, stderr } = await run(GANTRY, ['cp', `${id}:/tmp/big`, path], { env: engine.env })
    assert.equal(code, 0, stderr)
    assert.equal(statSync(path).size, size)
    rmSync(path)
    const names = Array.from({ length: 20_000 }, (_, at): Member => ({ type: 'file', name: `many/${at}` }))
    assert.equal((await put(id, '/tmp', names)).status, 200)
    assert.equal((await members(id, '/tmp/many')).size, 20_001)
    assert.ok(highest() - before < 150 * MEGABYTE, `${(highest() - before) / MEGABYTE} MB more`)
    await remove(engine, id)
  })

  test('that a client leaves leave nothing behind', async () => {
    const running = await idle()
    const stopped = await create(engine, {})
    await put(running, '/tmp', [{ type: 'file', name: 'big', content: Buffer.alloc(30 * MEGABYTE, 'x') }])
    for (const id of [running, stopped]) {
      await leave('PUT', archive(id, '/tmp'), tarHeader({ type: 'file', name: 'cut', size: 1000 }))
      await leave('GET', archive(id, id === running ? '/tmp/big' : '/bin'))
    }
    // Both would wait for a copy that still holds them.
    for (const id of [stopped, running]) await remove(engine, id)
    await until('no namespace is held', () => descriptors(engine.pid).every(link => !link.startsWith('mnt:[')))
    assert.equal(await engine.leaks(), '')
  })

  test('into a container that ends meanwhile are refused', async () => {
    const id = await idle()
    const { call, status } = begin('PUT', archive(id, '/tmp'))
    call.write(tarHeader({ type: 'file', name: 'cut', size: 2 * MEGABYTE }))
    call.write(Buffer.alloc(MEGABYTE))
    await until('the copy has begun', async () => (await engine.api('HEAD', archive(id, '/tmp/cut'))).status === 200)
    await kill(id)
    call.end(Buffer.alloc(MEGABYTE))
    const answer = await status
    assert.equal(answer.code, 409)
    assert.match(answer.text, /ended while files were copied into it/)
    await remove(engine, id)
  })

  function begin(method: string, path: string) {
    const { promise, resolve, reject } = Promise.withResolvers<{ code: number; text: string }>()
    const headers = { 'Content-Type': 'application/x-tar' }
    const call = request({ socketPath: engine.socket, method, path, headers, agent: false }, async response => {
      let text = ''
      for await (const chunk of response) text += String(chunk)
      resolve({ code: response.statusCode ?? 0, text })
    })
    call.once('error', reject)
    return { call, status: promise }
  }

  /** Begins a request, and goes once the engine works on it. */
  async function leave(method: string, path: string, sent?: Uint8Array): Promise<void> {
    const gone = Promise.withResolvers<void>()
    const headers = { 'Content-Type': 'application/x-tar' }
    const call = request({ socketPath: engine.socket, method, path, headers, agent: false }, response =>
      response.once('data', () => call.destroy()).once('error', () => {}),
    )
    call.once('error', () => {}).once('close', () => gone.resolve())
    if (sent === undefined) call.end()
    else {
      call.write(sent)
      await until('it is worked on', () => descriptors(engine.pid).some(link => link.startsWith('mnt:[')))
      call.destroy()
    }
    await gone.promise
  }

  async function upload(path: string, chunks: Iterable<Uint8Array>): Promise<number> {
    const { call, status } = begin('PUT', path)
    await pipeline(Readable.from(chunks), call)
    return (await status).code
  }
})

function* bigTar(size: number): Generator<Uint8Array> {
  yield tarHeader({ type: 'file', name: 'big', size, mode: 0o644 })
  const piece = Buffer.alloc(MEGABYTE, 'big ')
  for (let left = size; left > 0; left -= piece.length) yield piece
  yield TAR_END
}

/** The most that a process has had since the first call. */
function watchMemory(pid: number): () => number {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
  return () => Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}
