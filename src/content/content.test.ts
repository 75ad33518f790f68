import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { digestOf, hexOf } from '#oci'
import { openContentStore } from './open.ts'
import type { ContentStore, IngestWriter } from './store.ts'

const work = mkdtempSync(join(tmpdir(), 'gantry-content-'))
after(() => rmSync(work, { recursive: true }))

let stores = 0
async function newStore(): Promise<{ store: ContentStore; root: string }> {
  const root = join(work, `store${stores++}`)
  return { store: await openContentStore(root), root }
}

const BIG = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 31) % 253))
const DIGEST = digestOf(BIG)

async function opened(writer: Promise<IngestWriter | undefined>): Promise<IngestWriter> {
  const found = await writer
  assert.ok(found !== undefined)
  return found
}

async function bytesOf(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(chunks))
}

/** All files below `root`, relative to it. */
const filesOf = (root: string) =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(root.length + 1))

test('what is written is stored under its digest', async () => {
  const { store, root } = await newStore()
  await using writer = await opened(store.ingest('layer', { expected: { digest: DIGEST, size: BIG.length } }))
  for (let at = 0; at < BIG.length; at += 65_536) await writer.write(BIG.subarray(at, at + 65_536))
  assert.equal(await store.has(DIGEST), false)
  assert.deepEqual(await writer.commit(), { digest: DIGEST, size: BIG.length })
  assert.equal(await store.has(DIGEST), true)
  assert.deepEqual(await store.info(DIGEST), { digest: DIGEST, size: BIG.length })
  assert.deepEqual(filesOf(root), [`blobs/sha256/${hexOf(DIGEST)}`])
  assert.ok(readFileSync(store.path(DIGEST)).equals(BIG))
  assert.equal(statSync(store.path(DIGEST)).mode & 0o777, 0o444)
  assert.equal(await store.verify(DIGEST), true)
  assert.deepEqual(await Array.fromAsync(store.list()), [{ digest: DIGEST, size: BIG.length }])
})

test('a blob is on the disk before it is seen, and its name before anyone is told', async t => {
  const root = join(work, 'synced')
  const store = await openContentStore(root, { fsync: true })
  const { digest } = await store.put(Buffer.from('first'))
  const order: string[] = []
  await using handle = await open(store.path(digest))
  const prototype: { sync(): Promise<void> } = Object.getPrototypeOf(handle)
  const { sync } = prototype
  t.mock.method(prototype, 'sync', async function (this: FileHandle) {
    const what = (await this.stat()).isDirectory() ? 'folder' : 'file'
    order.push(`${what}, ${(await store.has(DIGEST)) ? 'visible' : 'hidden'}`)
    await sync.call(this)
  })
  await store.put(BIG)
  assert.deepEqual(order, ['file, hidden', 'folder, visible'])
})

test('ranges', async () => {
  const { store } = await newStore()
  const { digest } = await store.put(BIG)
  assert.ok((await bytesOf(store.read(digest))).equals(BIG))
  assert.ok((await bytesOf(store.read(digest, { offset: 1_000_000 }))).equals(BIG.subarray(1_000_000)))
  assert.ok((await bytesOf(store.read(digest, { offset: 5, length: 700_000 }))).equals(BIG.subarray(5, 700_005)))
  assert.equal((await bytesOf(store.read(digest, { offset: BIG.length }))).length, 0)
  assert.equal((await bytesOf(store.read(digest, { offset: 5, length: 0 }))).length, 0)
  await assert.rejects(bytesOf(store.read(digest, { offset: BIG.length + 1 })), { kind: 'invalid-argument' })
  await assert.rejects(bytesOf(store.read(digest, { offset: -1 })), { kind: 'invalid-argument' })
  await assert.rejects(bytesOf(store.read(digest, { signal: AbortSignal.abort() })), { kind: 'cancelled' })
})

test('small blobs, of both algorithms', async () => {
  const { store } = await newStore()
  const text = Buffer.from('{}')
  for (const algorithm of ['sha256', 'sha512'] as const) {
    const { digest } = await store.put(text, { algorithm })
    assert.equal(digest, digestOf(text, algorithm))
    assert.deepEqual(await store.put(text, { algorithm }), { digest, size: 2 })
    assert.deepEqual(await store.readAll(digest, 2), text)
    await assert.rejects(store.readAll(digest, 1), { kind: 'invalid-argument', message: /has 2 bytes, at most 1/ })
  }
  assert.equal((await Array.fromAsync(store.list())).length, 2)
  await assert.rejects(store.put(text, { expected: DIGEST }), { kind: 'data-corrupt' })
  assert.deepEqual(await store.put(Buffer.alloc(0)), { digest: digestOf(''), size: 0 })
})

test('what is not there', async () => {
  const { store } = await newStore()
  assert.equal(await store.delete(DIGEST), false)
  const missing = { kind: 'not-found', message: `blob ${DIGEST} not found` }
  await assert.rejects(store.info(DIGEST), missing)
  await assert.rejects(store.readAll(DIGEST, 1), missing)
  await assert.rejects(bytesOf(store.read(DIGEST)), missing)
  await store.put(BIG)
  assert.equal(await store.delete(DIGEST), true)
  assert.equal(await store.has(DIGEST), false)
})

test('what does not match is never stored', async () => {
  const { store, root } = await newStore()
  const cases: [{ size?: number }, Buffer, RegExp][] = [
    [
      { size: BIG.length },
      Buffer.concat([BIG.subarray(1), Buffer.of(1)]),
      /does not match its digest: its bytes are sha256:/,
    ],
    [{ size: BIG.length }, BIG.subarray(1), /has 2999999 bytes instead of the 3000000 that were announced/],
    [{ size: BIG.length - 1 }, BIG, /is longer than the 2999999 bytes that were announced/],
    [{}, BIG.subarray(1), /does not match its digest/],
  ]
  for (const [expected, bytes, message] of cases) {
    const written = async () => {
      await using writer = await opened(store.ingest('bad', { expected: { digest: DIGEST, ...expected } }))
      assert.equal(writer.offset, 0)
      await writer.write(bytes)
      await writer.commit()
    }
    await assert.rejects(written(), { kind: 'data-corrupt', message })
    assert.deepEqual(filesOf(root), [])
  }
})

test('an ingest goes on where a killed process stopped', async () => {
  const { store, root } = await newStore()
  const script = `
    import { openContentStore } from ${JSON.stringify(join(import.meta.dirname, 'open.ts'))}
    const store = await openContentStore(${JSON.stringify(root)})
    const writer = await store.ingest('layer', { expected: { digest: ${JSON.stringify(DIGEST)}, size: ${BIG.length} } })
    const big = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 31) % 253))
    for (let at = 0; at < 2_700_000; at += 100_000) await writer.write(big.subarray(at, at + 100_000))
    process.kill(process.pid, 'SIGKILL')`
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script])
  assert.equal(signal, 'SIGKILL')
  const [left] = await store.ingests()
  assert.equal(left?.ref, 'layer')
  assert.equal(left?.active, false)
  assert.equal(await store.has(DIGEST), false)
  await using writer = await opened(store.ingest('layer', { expected: { digest: DIGEST, size: BIG.length } }))
  assert.ok(writer.offset >= 1_000_000 && writer.offset === left.size, `resumed at ${writer.offset}`)
  await writer.write(BIG.subarray(writer.offset))
  assert.equal((await writer.commit()).digest, DIGEST)
  assert.deepEqual(await store.ingests(), [])
})

test('a partial file with a spoilt tail is noticed and thrown away', async () => {
  const { store, root } = await newStore()
  const expected = { digest: DIGEST, size: BIG.length }
  {
    await using writer = await opened(store.ingest('layer', { expected }))
    await writer.write(BIG.subarray(0, 2_000_000))
  }
  const [left] = await store.ingests()
  const data = join(root, 'ingest', left?.key ?? '', 'data')
  writeFileSync(data, Buffer.concat([BIG.subarray(0, 1_000_000), Buffer.alloc(1_000_000)]))
  await using writer = await opened(store.ingest('layer', { expected }))
  assert.equal(writer.offset, 2_000_000)
  await writer.write(BIG.subarray(2_000_000))
  await assert.rejects(writer.commit(), { kind: 'data-corrupt' })
  await using again = await opened(store.ingest('layer', { expected }))
  assert.equal(again.offset, 0)
})

test('without an expected digest nothing is resumed', async () => {
  const { store } = await newStore()
  {
    await using writer = await opened(store.ingest('load'))
    await writer.write(BIG)
  }
  await using writer = await opened(store.ingest('load'))
  assert.equal(writer.offset, 0)
  await writer.write(Buffer.from('x'))
  assert.deepEqual(await writer.commit(), { digest: digestOf('x'), size: 1 })
})

test('a writer that will learn the digest later goes on too, and its bytes are in the file once it has flushed', async () => {
  const { store, root } = await newStore()
  await using first = await opened(store.ingest('upload', { resume: true }))
  await first.write(Buffer.from('half '))
  await first.flush()
  assert.equal(readFileSync(first.path, 'utf8'), 'half ')

  // Another store on the same folder is what the next process after a kill is.
  const next = await openContentStore(root)
  await using second = await opened(next.ingest('upload', { resume: true, algorithm: 'sha512' }))
  assert.equal(second.offset, 5)
  await second.write(Buffer.from('whole'))
  assert.equal((await second.commit()).digest, digestOf('half whole', 'sha512'))
})

test('a source that cannot resume starts again', async () => {
  const { store } = await newStore()
  await using writer = await opened(store.ingest('layer', { expected: { digest: DIGEST } }))
  await writer.write(Buffer.from('not this'))
  await writer.restart()
  assert.equal(writer.offset, 0)
  await writer.write(BIG)
  assert.equal((await writer.commit()).digest, DIGEST)
})

test('one writer at a time: the second waits, and finds the work done', async () => {
  const { store } = await newStore()
  const expected = { digest: DIGEST }
  const first = await opened(store.ingest('layer', { expected }))
  await assert.rejects(store.ingest('layer', { expected, ifBusy: 'fail' }), { kind: 'conflict' })
  const second = store.ingest('layer', { expected })
  const third = new AbortController()
  const cancelled = assert.rejects(store.ingest('layer', { expected, signal: third.signal }), { kind: 'cancelled' })
  third.abort()
  await cancelled
  assert.equal((await store.ingests())[0]?.active, true)
  await first.write(BIG)
  await first.commit()
  assert.equal(await second, undefined)
  assert.equal(await store.ingest('another ref', { expected }), undefined)
})

test('one writer at a time: the second goes on after a failure of the first', async () => {
  const { store } = await newStore()
  const expected = { digest: DIGEST }
  const first = await opened(store.ingest('layer', { expected }))
  const second = store.ingest('layer', { expected })
  await first.write(BIG.subarray(0, 1000))
  await first[Symbol.asyncDispose]()
  await using writer = await opened(second)
  assert.equal(writer.offset, 1000)
  await writer.abort()
  await using third = await opened(store.ingest('layer', { expected }))
  assert.equal(third.offset, 0)
})

test('two refs may bring one blob', async () => {
  const { store } = await newStore()
  await using a = await opened(store.ingest('a', { expected: { digest: DIGEST } }))
  await using b = await opened(store.ingest('b', { expected: { digest: DIGEST } }))
  await a.write(BIG)
  await b.write(BIG)
  await a.commit()
  await b.commit()
  assert.equal(await store.verify(DIGEST), true)
})

test('cancelling ends a write and keeps what is there', async () => {
  const { store } = await newStore()
  const controller = new AbortController()
  {
    await using writer = await opened(
      store.ingest('layer', { expected: { digest: DIGEST }, signal: controller.signal }),
    )
    await writer.write(BIG.subarray(0, 10))
    controller.abort()
    await assert.rejects(writer.write(BIG), { kind: 'cancelled' })
    await assert.rejects(writer.commit(), { kind: 'cancelled' })
  }
  assert.equal((await store.ingests())[0]?.size, 10)
})

test('ingests that were left behind are listed with their age and can be removed', async () => {
  const { store, root } = await newStore()
  {
    await using writer = await opened(store.ingest('old', { expected: { digest: DIGEST } }))
    await writer.write(BIG.subarray(0, 500))
  }
  await using active = await opened(store.ingest('active'))
  const old = (await store.ingests()).find(({ ref }) => ref === 'old')
  assert.ok(old !== undefined)
  const hourAgo = Date.now() / 1000 - 3600
  utimesSync(join(root, 'ingest', old.key, 'data'), hourAgo, hourAgo)
  mkdirSync(join(root, 'ingest', hexOf(digestOf('crashed early'))))
  const listed = (await store.ingests()).toSorted((a, b) => b.age - a.age)
  assert.ok((listed[0]?.age ?? 0) >= 3_600_000 && listed[0]?.size === 500)
  assert.equal(listed.filter(({ ref }) => ref === undefined).length, 1)
  const busy = listed.find(ingest => ingest.active)
  assert.equal(busy?.ref, active.ref)
  await assert.rejects(store.removeIngest(busy?.key ?? ''), { kind: 'conflict' })
  await assert.rejects(store.removeIngest('../blobs'), { kind: 'invalid-argument' })
  for (const { key } of listed.filter(ingest => !ingest.active)) assert.equal(await store.removeIngest(key), true)
  assert.equal(await store.removeIngest(old.key), false)
  assert.deepEqual(
    (await store.ingests()).map(({ ref }) => ref),
    ['active'],
  )
})

test('folders are for their owner only, and stay so', async () => {
  const { root } = await newStore()
  chmodSync(join(root, 'blobs'), 0o755)
  await openContentStore(root)
  for (const folder of ['', 'blobs', 'blobs/sha256', 'blobs/sha512', 'ingest']) {
    assert.equal(statSync(join(root, folder)).mode & 0o777, 0o700, folder)
  }
})

test('a blob that the disk has changed is noticed', async () => {
  const { store } = await newStore()
  const { digest } = await store.put(Buffer.from('good'))
  chmodSync(store.path(digest), 0o600)
  writeFileSync(store.path(digest), 'evil')
  assert.equal(await store.verify(digest), false)
  await assert.rejects(store.readAll(digest, 100), { kind: 'data-corrupt', message: /does not match its digest/ })
})

test('files that are no blobs are not listed', async () => {
  const { store, root } = await newStore()
  writeFileSync(join(root, 'blobs/sha256/README'), 'x')
  mkdirSync(join(root, 'blobs/sha256', hexOf(DIGEST)))
  assert.deepEqual(await Array.fromAsync(store.list()), [])
})

test('refs are any text, keys are not', async () => {
  const { store, root } = await newStore()
  for (const ref of ['../../x', '/', 'a\0b', 'r'.repeat(4096)]) {
    await using writer = await opened(store.ingest(ref))
    await writer.abort()
  }
  assert.deepEqual(readdirSync(join(root, 'ingest')), [])
  await assert.rejects(store.ingest(''), { kind: 'invalid-argument' })
  await assert.rejects(store.ingest('r'.repeat(4097)), { kind: 'invalid-argument' })
})

test('a full disk is told in the words that clients look for, and its space is given back', async t => {
  const mount = join(work, 'full')
  mkdirSync(mount)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', mount]).status !== 0) {
    t.skip('this process may not mount a tmpfs')
    return
  }
  try {
    const store = await openContentStore(join(mount, 'store'))
    const kept = await store.put(Buffer.from('kept'))
    await using writer = await opened(store.ingest('layer', { expected: { digest: DIGEST } }))
    const written = async () => {
      for (let at = 0; at < BIG.length; at += 65_536) await writer.write(BIG.subarray(at, at + 65_536))
      await writer.commit()
    }
    await assert.rejects(written(), {
      kind: 'no-space',
      message: `write blob ${DIGEST}: no space left on device`,
      fix: /^free space or inodes/,
    })
    assert.deepEqual(await store.ingests(), [])
    assert.equal(await store.verify(kept.digest), true)
    assert.deepEqual(await Array.fromAsync(store.list()), [kept])
    const million = BIG.subarray(0, 1_000_000)
    assert.equal((await store.put(million)).digest, digestOf(million))
  } finally {
    assert.equal(spawnSync('umount', [mount]).status, 0)
  }
})
