import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { type Meta, openMeta } from '#meta'
import { openOverlay } from './overlay.ts'
import type { Snapshotter } from './snapshotter.ts'

const work = mkdtempSync(join(tmpdir(), 'gantry-overlay-'))
after(() => rmSync(work, { recursive: true }))

let count = 0
const newRoot = () => {
  const root = join(work, String(count++))
  mkdirSync(root)
  return root
}

/** Opens the store below `root`, as a daemon that starts; dispose of it as one that ends. */
function open(root: string): AsyncDisposable & { readonly meta: Meta; readonly snapshots: Snapshotter } {
  const meta = openMeta(join(root, 'meta.db'))
  const snapshots = openOverlay({ meta, folder: join(root, 'snapshots') })
  return { meta, snapshots, [Symbol.asyncDispose]: () => meta[Symbol.asyncDispose]() }
}

async function layer(snapshots: Snapshotter, name: string, parent: string | undefined, pending: boolean) {
  const key = `make ${name}`
  await snapshots.prepare(key, parent)
  writeFileSync(join(snapshots.layerFolder(key), 'file'), name)
  await snapshots.commit(name, key, { size: name.length, pending })
}

test('what was not synced is forgotten by the next process, and only that', async () => {
  const root = newRoot()
  {
    await using at = open(root)
    await layer(at.snapshots, 'kept', undefined, false)
    await layer(at.snapshots, 'synced', 'kept', true)
    await at.snapshots.sync()
    await layer(at.snapshots, 'early', 'synced', true)
    assert.deepEqual(at.snapshots.stat('early')?.size, 5)
    assert.equal(at.snapshots.stat('synced')?.pending, undefined)
  }
  await using at = open(root)
  assert.deepEqual(
    at.snapshots.list().map(({ key, parent, size }) => [key, parent, size]),
    [
      ['kept', undefined, 4],
      ['synced', 'kept', 6],
    ],
  )
  assert.deepEqual(await at.snapshots.collect(), [join(root, 'snapshots/3')])
  assert.deepEqual(readdirSync(join(root, 'snapshots')).sort(), ['1', '2'])
  await layer(at.snapshots, 'early', 'synced', true)
  assert.equal(at.snapshots.stat('early')?.kind, 'committed')
})

test('a number is not used again while a folder of its name is being removed', async () => {
  const root = newRoot()
  mkdirSync(join(root, 'snapshots/removing-1/fs'), { recursive: true })
  await using at = open(root)
  await at.snapshots.prepare('a', undefined)
  await at.snapshots.remove('a')
  assert.deepEqual(await at.snapshots.collect(), [join(root, 'snapshots/removing-1')])
  assert.deepEqual(readdirSync(join(root, 'snapshots')), [])
})

test('removing while collecting: each folder goes once', async () => {
  await using at = open(newRoot())
  for (let i = 0; i < 20; i++) await layer(at.snapshots, `layer-${i}`, undefined, false)
  const removals = Array.from({ length: 20 }, (_, i) => at.snapshots.remove(`layer-${i}`))
  assert.deepEqual(await at.snapshots.collect(), [])
  await Promise.all(removals)
  assert.deepEqual(at.snapshots.list(), [])
})

test('a snapshot whose record does not parse can be removed, and hinders no other', async () => {
  const root = newRoot()
  {
    await using at = open(root)
    await layer(at.snapshots, 'good', undefined, false)
    await layer(at.snapshots, 'bad', undefined, false)
  }
  const database = new DatabaseSync(join(root, 'meta.db'))
  database.exec(`update records set value = '{"kind":7}' where key = 'bad'`)
  database.close()
  await using at = open(root)
  assert.deepEqual(
    at.snapshots.list().map(({ key }) => key),
    ['good'],
  )
  assert.throws(() => at.snapshots.stat('bad'), { kind: 'data-corrupt' })
  assert.deepEqual(await at.snapshots.collect(), [], 'it may be of any folder')
  await at.snapshots.remove('bad')
  assert.equal(at.snapshots.stat('bad'), undefined)
  assert.deepEqual(await at.snapshots.collect(), [join(root, 'snapshots/2')])
  assert.ok(existsSync(join(root, 'snapshots/1/fs/file')))
})
