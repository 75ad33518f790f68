import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { DataCorrupt, NoSpace } from '#lib/errors'
import { openMeta } from './sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'gantry-meta-'))
after(() => rmSync(folder, { recursive: true }))

interface Thing {
  readonly name: string
}

function parseThing(value: unknown): Thing {
  if (typeof value !== 'object' || value === null || !('name' in value) || typeof value.name !== 'string') {
    throw new Error('a thing has a name')
  }
  return { name: value.name }
}

test('records are kept, by collection, over a restart', async () => {
  const path = join(folder, 'kept.db')
  {
    await using meta = openMeta(path)
    const things = meta.collection('things', parseThing)
    const others = meta.collection('others', parseThing)
    things.put('b', { name: 'second' })
    things.put('a', { name: 'first' })
    others.put('a', { name: 'other' })
    await meta.durable()
  }
  await using meta = openMeta(path)
  const things = meta.collection('things', parseThing)
  assert.deepEqual(things.list(), [{ name: 'first' }, { name: 'second' }])
  assert.equal(things.delete('a'), true)
  assert.equal(things.delete('a'), false)
  assert.equal(things.has('a'), false)
  assert.deepEqual(meta.collection('others', parseThing).get('a'), { name: 'other' })
})

test('a transaction is all or nothing, and nests', async () => {
  await using meta = openMeta(join(folder, 'transaction.db'))
  const things = meta.collection('things', parseThing)
  assert.throws(() =>
    meta.write(() => {
      things.put('a', { name: 'x' })
      meta.write(() => things.put('b', { name: 'y' }))
      throw new Error('changed my mind')
    }),
  )
  assert.deepEqual(things.list(), [])
  assert.equal(
    meta.write(() => {
      things.put('a', { name: 'x' })
      return 7
    }),
    7,
  )
  assert.deepEqual(things.list(), [{ name: 'x' }])
})

test('what is acknowledged as durable is there after kill -9', () => {
  const path = join(folder, 'killed.db')
  const script = `
    import { openMeta } from ${JSON.stringify(join(import.meta.dirname, 'sqlite.ts'))}
    const meta = openMeta(${JSON.stringify(path)})
    const things = meta.collection('things', value => value)
    for (let i = 0; i < 50; i++) things.put(String(i), { name: String(i) })
    await Promise.all(Array.from({ length: 20 }, () => meta.durable()))
    process.kill(process.pid, 'SIGKILL')`
  assert.throws(() => execFileSync(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' }))
  const meta = openMeta(path)
  assert.equal(meta.collection('things', parseThing).list().length, 50)
})

test('one damaged record leaves the others readable', async () => {
  const path = join(folder, 'damaged.db')
  {
    await using meta = openMeta(path)
    meta.collection('things', parseThing).put('good', { name: 'good' })
  }
  const raw = new DatabaseSync(path)
  raw.exec(`insert into records values ('things', 'bad', '{"name":'), ('things', 'wrong', '{"name":7}')`)
  raw.close()
  await using meta = openMeta(path)
  const things = meta.collection('things', parseThing)
  assert.deepEqual(things.list(), [{ name: 'good' }])
  assert.deepEqual(
    things.entries().map(entry => [entry.key, 'corrupt' in entry]),
    [
      ['bad', true],
      ['good', false],
      ['wrong', true],
    ],
  )
  assert.throws(() => things.get('wrong'), DataCorrupt)
})

test('a file that is no database, or of a newer layout, is refused with what to do', () => {
  const garbled = join(folder, 'garbled.db')
  writeFileSync(garbled, Buffer.alloc(8192, 'x'))
  assert.throws(() => openMeta(garbled), { kind: 'data-corrupt', message: /garbled\.db is damaged/ })
  const newer = join(folder, 'newer.db')
  const raw = new DatabaseSync(newer)
  raw.exec('pragma user_version = 99')
  raw.close()
  assert.throws(() => openMeta(newer), { kind: 'data-corrupt', message: /newer Gantry \(layout 99/ })
})

test('on a full disk records can still be released', async () => {
  const mountPoint = join(folder, 'full')
  mkdirSync(mountPoint)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=5m', 'tmpfs', mountPoint])
  try {
    await using meta = openMeta(join(mountPoint, 'meta.db'))
    const things = meta.collection('things', parseThing)
    things.put('a', { name: 'x'.repeat(100_000) })
    assert.throws(() => {
      for (let i = 0; i < 100; i++) things.put(`more${i}`, { name: 'y'.repeat(100_000) })
    }, NoSpace)
    assert.equal(
      meta.write(() => things.delete('a'), { release: true }),
      true,
    )
    assert.equal(things.has('a'), false)
  } finally {
    execFileSync('umount', ['-l', mountPoint])
  }
})

test('the log is folded into the database while writing goes on', async () => {
  const path = join(folder, 'long.db')
  const meta = openMeta(path)
  const things = meta.collection('things', parseThing)
  for (let round = 0; round < 30; round++) {
    for (let i = 0; i < 50; i++) things.put(String(i), { name: 'z'.repeat(20_000) })
    await meta.durable()
  }
  await meta[Symbol.asyncDispose]()
  assert.ok(statSync(path).size > 20_000 * 50)
  await using again = openMeta(path)
  assert.equal(again.collection('things', parseThing).list().length, 50)
})

test('a part of a collection, by the beginning of its keys, page by page', async () => {
  await using meta = openMeta(join(folder, 'scan.db'))
  const things = meta.collection('things', parseThing)
  for (const key of ['a', 'a:', 'a:1', 'a:2', 'a:3', 'b:1', 'A:9']) things.put(key, { name: key })
  const keys = (range: Parameters<typeof things.scan>[0]) => things.scan(range).map(entry => entry.key)
  assert.deepEqual(keys({ prefix: 'a:', limit: 9 }), ['a:1', 'a:2', 'a:3'])
  assert.deepEqual(keys({ prefix: 'a:', limit: 2 }), ['a:1', 'a:2'])
  assert.deepEqual(keys({ prefix: 'a:', after: 'a:1', limit: 9 }), ['a:2', 'a:3'])
  assert.deepEqual(keys({ prefix: 'a:', after: 'a:9', limit: 9 }), [])
  assert.deepEqual(keys({ prefix: 'b:', after: 'a:2', limit: 9 }), ['b:1'])
  assert.deepEqual(keys({ prefix: '', limit: 2 }), ['A:9', 'a'])
})
