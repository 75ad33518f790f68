import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { TAR_END, tarHeader, tarPadding } from '#lib/tar/writer'
import { isMountPoint, mountAt, mounts, unmount } from '#linux'
import { type Meta, openMeta, recordParser } from '#meta'
import { applyLayer } from './apply.ts'
import { canMapLayers } from './mapped.ts'
import { openOverlay } from './overlay.ts'
import { SnapshotRecord, type Snapshotter } from './snapshotter.ts'

const work = mkdtempSync(join(tmpdir(), 'gantry-overlay-'))
after(() => {
  for (const { target } of mounts()) if (target.startsWith(work)) unmount(target)
  rmSync(work, { recursive: true })
})
const skipMapped = canMapLayers(work) ? false : 'this kernel mounts no EROFS from a file'

let count = 0
const newRoot = () => {
  const root = join(work, String(count++))
  mkdirSync(root)
  return root
}

/** Opens the store below `root`, as a daemon that starts; dispose of it as one that ends. */
function open(
  root: string,
  mapLayers = false,
): AsyncDisposable & { readonly meta: Meta; readonly snapshots: Snapshotter } {
  const meta = openMeta(join(root, 'meta.db'))
  const snapshots = openOverlay({ meta, folder: join(root, 'snapshots'), mountFolder: join(root, 'layers'), mapLayers })
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
  assert.deepEqual(readdirSync(join(root, 'layers')), [])
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

/** Commits a mapped layer with one file whose content is its name. */
async function mappedLayer(snapshots: Snapshotter, root: string, name: string, parent?: string) {
  const key = `make ${name}`
  await snapshots.prepare(key, undefined)
  const mapped = snapshots.mappedPaths(key)
  assert.ok(mapped !== undefined)
  const blob = join(root, `${name}.tar`)
  const file = { type: 'file', name, mode: 0o644, size: name.length } as const
  writeFileSync(blob, Buffer.concat([tarHeader(file), Buffer.from(name), tarPadding(name.length), TAR_END]))
  const { isMapped, bytes } = await applyLayer({
    blob,
    compression: 'none',
    folder: snapshots.layerFolder(key),
    mapped,
  })
  assert.equal(isMapped, true)
  await snapshots.commit(name, key, { size: bytes, mapped: true, ...(parent === undefined ? {} : { parent }) })
}

test('mapped layers are mounted when somebody needs them, survive the process, and go with their snapshot', {
  skip: skipMapped,
}, async () => {
  const root = newRoot()
  const target = join(root, 'target')
  mkdirSync(target)
  {
    await using at = open(root, true)
    await mappedLayer(at.snapshots, root, 'lower')
    await mappedLayer(at.snapshots, root, 'upper', 'lower')
    await at.snapshots.prepare('container', 'upper')
    const usage = await at.snapshots.usage('lower')
    assert.equal(usage.contentBytes, 'lower'.length)
    assert.ok(usage.bytes >= 1536 + 2048)
  }
  // The next daemon may map none itself, and uses those that are there.
  await using at = open(root)
  for (const mount of at.snapshots.mounts('container')) mountAt(target, mount)
  assert.deepEqual(readdirSync(target).sort(), ['lower', 'upper'])
  assert.equal(readFileSync(join(target, 'lower'), 'utf8'), 'lower')
  writeFileSync(join(target, 'lower'), 'written')
  unmount(target)
  await at.snapshots.remove('container')
  const layers = readdirSync(join(root, 'layers')).map(name => join(root, 'layers', name))
  assert.equal(layers.length, 2)
  assert.ok(layers.every(isMountPoint))
  await assert.rejects(at.snapshots.remove('lower'), /is the parent of upper/)
  await at.snapshots.remove('upper')
  await at.snapshots.remove('lower')
  assert.deepEqual(readdirSync(join(root, 'snapshots')), [])
  assert.deepEqual(readdirSync(join(root, 'layers')), [])
  assert.ok(!mounts().some(mount => mount.target.startsWith(root)))
})

test('a mapped layer that no record knows goes with its mount', { skip: skipMapped }, async () => {
  const root = newRoot()
  await using at = open(root, true)
  await mappedLayer(at.snapshots, root, 'lost')
  await at.snapshots.prepare('container', 'lost')
  const target = join(root, 'target')
  mkdirSync(target)
  for (const mount of at.snapshots.mounts('container')) mountAt(target, mount)
  unmount(target)
  await at.snapshots.remove('container')
  at.meta.write(() => at.meta.collection('snapshot', recordParser(SnapshotRecord)).delete('lost'))
  assert.equal((await at.snapshots.collect()).length, 1)
  assert.deepEqual(readdirSync(join(root, 'snapshots')), [])
  assert.deepEqual(readdirSync(join(root, 'layers')), [])
})

test('a layer of which the plan would be too large is unpacked', { skip: skipMapped }, async () => {
  const root = newRoot()
  await using at = open(root, true)
  await at.snapshots.prepare('large', undefined)
  const mapped = at.snapshots.mappedPaths('large')
  assert.ok(mapped !== undefined)
  const linkName = 't'.repeat(4000)
  const members = Array.from({ length: 4300 }, (_, number) => {
    return tarHeader({ type: 'symlink', name: `link${number}`, linkName, mode: 0o777 })
  })
  const blob = join(root, 'large.tar')
  writeFileSync(blob, Buffer.concat([...members, TAR_END]))
  const folder = at.snapshots.layerFolder('large')
  const { isMapped, entries } = await applyLayer({ blob, compression: 'none', folder, mapped })
  assert.deepEqual([isMapped, entries, readdirSync(folder).length], [false, 4300, 4300])
  assert.deepEqual([existsSync(mapped.tar), existsSync(mapped.image)], [false, false])
})
