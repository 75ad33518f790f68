/** Containers and archives that want a copy to touch the host: it stays as it is (SAFETY S1 to S14). */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { rootFolder } from '#runtime'
import { type Member, tarOf } from '../support/busybox.ts'
import { Canary, SECRET } from '../support/canary.ts'
import { create, logs, remove, start } from '../support/containers.ts'
import { systemSkip, TestEngine } from '../support/engine.ts'
import { hostileTars } from '../support/hostile-tar.ts'
import { residentBytes, until } from '../support/proc.ts'

const GCC = '/usr/bin/gcc'
const skip = systemSkip() || (existsSync(GCC) ? false : 'needs gcc')
const ROUNDS = 250
const MEGABYTE = 1024 * 1024
/** As in SAFETY: what a hostile input may make the daemon grow by. */
const GROWTH_MAX = 200 * MEGABYTE

let engine: TestEngine
let canary: Canary
let swapper: string

before(async () => {
  if (skip !== false) return
  engine = await TestEngine.start()
  canary = new Canary()
  swapper = mkdtempSync(join(tmpdir(), 'gantry-swap-'))
  execFileSync(GCC, ['-static', '-o', join(swapper, 'swap'), join(import.meta.dirname, '../support/swap.c')])
})

after(async () => {
  if (skip !== false) return
  canary.check('at the end')
  canary[Symbol.dispose]()
  rmSync(swapper, { recursive: true })
  await engine[Symbol.asyncDispose]()
})

const archive = (id: string, path: string) => `/containers/${id}/archive?path=${encodeURIComponent(path)}`

/** Swaps /w/x, a folder with a file in it, with /w/y, a link to the canary. */
async function startSwapping(binds: readonly string[] = []): Promise<string> {
  const script = `mkdir -p /w/x && echo inside > /w/x/file && ln -s ${canary.folder} /w/y && exec /swap/swap /w/x /w/y`
  const id = await start(engine, {
    Cmd: ['sh', '-c', script],
    HostConfig: { Binds: [`${swapper}:/swap:ro`, ...binds] },
  })
  await until('the container swaps', async () => (await logs(engine, id, 'stdout=1')).includes('swapping'))
  return id
}

const PWN: readonly Member[] = [
  { type: 'file', name: 'pwned', content: 'pwned', mode: 0o4777 },
  { type: 'file', name: 'file', content: 'pwned', mode: 0o4777 },
  { type: 'file', name: 'passwd', content: 'pwned', mode: 0o4777 },
]

/** Copies both ways, above and through the name that is swapped. */
async function copyAround(id: string): Promise<void> {
  for (const path of ['/w/x/file', '/w/x', '/w/x/', '/w/x/.', '/w', '/w/x/below/..']) {
    const { bytes } = await engine.api('GET', archive(id, path))
    assert.ok(!bytes.includes(SECRET), `${path} holds what is the host's`)
  }
  await engine.api('PUT', archive(id, '/w/x'), tarOf(PWN))
  await engine.api('PUT', archive(id, '/w'), tarOf(PWN.map(member => ({ ...member, name: `x/${member.name}` }))))
  canary.check('after a copy')
}

describe('a container that swaps folders for links', { skip }, () => {
  test('never gets a copy to leave its root', async () => {
    const id = await startSwapping()
    let leaks = 0
    const followed = join(rootFolder(engine.execRoot, id), 'w/x/file')
    for (let round = 0; round < ROUNDS; round++) {
      await copyAround(id)
      // What a copy that puts paths together would have read: the race is one that can be lost.
      if (contentOf(followed) === SECRET) leaks++
    }
    assert.ok(leaks > 0, 'the test does not test anything')
    for (let round = 0; round < 10; round++) {
      await engine.api('POST', `/containers/${id}/pause`)
      await copyAround(id)
      await engine.api('POST', `/containers/${id}/unpause`)
    }
    await engine.api('POST', `/containers/${id}/kill`)
    await engine.api('POST', `/containers/${id}/wait`)
    for (let round = 0; round < 5; round++) await copyAround(id)
    await remove(engine, id)
  })

  test('never gets a mount of one that does not run onto the host', async () => {
    const shared = mkdtempSync(join(tmpdir(), 'gantry-shared-'))
    const other = mkdtempSync(join(tmpdir(), 'gantry-other-'))
    writeFileSync(join(other, 'mine'), 'mine')
    mkdirSync(join(shared, 'd'))
    symlinkSync(canary.folder, join(shared, 'e'))
    try {
      const swapping = await start(engine, {
        Cmd: ['/swap/swap', '/vol/d', '/vol/e'],
        HostConfig: { Binds: [`${swapper}:/swap:ro`, `${shared}:/vol`] },
      })
      const id = await create(engine, { HostConfig: { Binds: [`${shared}:/vol`, `${other}:/vol/d/below/deep:ro`] } })
      for (let round = 0; round < ROUNDS / 2; round++) {
        const { bytes } = await engine.api('GET', archive(id, '/vol'))
        assert.ok(!bytes.includes(SECRET))
        await engine.api('PUT', archive(id, '/vol/d'), tarOf([{ type: 'file', name: 'below/pwned', content: 'x' }]))
        canary.check('after a copy')
        assert.ok(!readFileSync('/proc/self/mountinfo', 'utf8').includes(canary.folder))
      }
      assert.equal(readFileSync(join(other, 'mine'), 'utf8'), 'mine')
      for (const one of [swapping, id]) await remove(engine, one)
    } finally {
      for (const folder of [shared, other]) rmSync(folder, { recursive: true })
    }
  })

  test('cannot lead a copy through /proc', async () => {
    const id = await start(engine, {
      Cmd: ['sh', '-c', 'ln -s /proc/1/root /r && ln -s /proc/self/fd /f && sleep 1000'],
    })
    for (const path of ['/proc/1/root/etc', '/proc/self/root', '/r/etc', '/r/', '/proc/1/cwd/etc']) {
      const { status } = await engine.api('GET', archive(id, path))
      assert.ok(status >= 400, `${path}: ${status}`)
      assert.ok((await engine.api('PUT', archive(id, path), tarOf(PWN))).status >= 400, path)
    }
    const self = await engine.api('GET', archive(id, '/f/'))
    assert.ok(self.status >= 400, self.text)
    await remove(engine, id)
  })
})

describe('hostile archives', { skip }, () => {
  test('stay within the root, or are refused', async () => {
    const { pid } = engine
    const before = residentBytes(pid)
    for (const { name, kind, chunks } of hostileTars(canary.folder)) {
      const id = await create(engine, {})
      const status = await putStream(archive(id, '/tmp'), chunks())
      assert.ok(kind === 'legal' ? status !== 0 : status === 400 || status === 500, `${name}: ${status}`)
      canary.check(name)
      // A file of petabytes of nothing would be sent as what it says it is.
      if (!name.includes('sparse')) assert.ok(!(await everything(id)).includes(SECRET), name)
      await remove(engine, id)
    }
    assert.equal(engine.pid, pid)
    assert.ok(residentBytes(pid) - before < GROWTH_MAX, `${residentBytes(pid) - before} bytes more`)
  })

  test('take no mount point away', async () => {
    const host = mkdtempSync(join(tmpdir(), 'gantry-bind-'))
    writeFileSync(join(host, 'kept'), 'kept')
    const id = await start(engine, { Cmd: ['sleep', '1000'], HostConfig: { Binds: [`${host}:/a/mounted`] } })
    for (const ended of [false, true]) {
      if (ended) await engine.api('POST', `/containers/${id}/kill`)
      if (ended) await engine.api('POST', `/containers/${id}/wait`)
      for (const [path, member] of [
        ['/', { type: 'file', name: 'a', content: 'x' }],
        ['/a', { type: 'file', name: 'mounted', content: 'x' }],
        ['/etc', { type: 'file', name: 'hosts', content: 'x' }],
      ] as const) {
        const { status, text } = await engine.api('PUT', archive(id, path), tarOf([member]))
        assert.equal(status, 500, text)
        assert.match(text, /RemoveAll .*: device or resource busy/)
      }
      const { bytes } = await engine.api('GET', archive(id, '/a/mounted'))
      assert.ok(bytes.includes('kept'))
    }
    assert.equal(readFileSync(join(host, 'kept'), 'utf8'), 'kept')
    await remove(engine, id)
    rmSync(host, { recursive: true })
  })
})

/** What is below /tmp; nothing where it is deeper than anybody reads. */
async function everything(id: string): Promise<Buffer> {
  try {
    return (await engine.api('GET', archive(id, '/tmp'))).bytes
  } catch {
    assert.match(engine.log, /folders more than 1024 deep are not copied/)
    return Buffer.alloc(0)
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined // Swapped meanwhile.
  }
}

/** The status of an upload that may be refused before it is through. */
function putStream(path: string, chunks: Iterable<Uint8Array>): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/x-tar' }
    const call = request({ socketPath: engine.socket, method: 'PUT', path, headers, agent: false }, response => {
      response.resume()
      response.on('error', () => {})
      response.once('close', () => resolve(response.statusCode ?? 0))
    })
    // After an answer the connection may end before all is sent.
    call.once('error', reject)
    Readable.from(chunks).pipe(call)
  })
}
