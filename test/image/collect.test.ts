/** Collecting: what nobody needs goes, whatever anybody needs stays, and it may run at any time. */
import assert from 'node:assert/strict'
import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { chainIds, type Digest, digestOf } from '#oci'
import { InitLayers, initLayerName } from '#snapshot'
import { quietly, type TestImages, testImages } from '../support/images.ts'
import { ScriptedRegistry } from '../support/registry.ts'
import { addPacked } from '../support/registry-images.ts'
import { file, tarArchive } from '../support/tar-archive.ts'

const layer = (name: string, size = 1000) => tarArchive([file(name, Buffer.alloc(size, name))])
const snapshotsOf = ({ snapshots }: TestImages) => snapshots.list().map(({ key }) => key)
const blobsOf = async ({ content }: TestImages) => (await Array.fromAsync(content.list())).map(({ digest }) => digest)

/** Pulls images of the given layers. */
async function pulled(at: TestImages, registry: ScriptedRegistry, name: string, tars: readonly Buffer[]) {
  return await at.images.pull(addPacked(registry, name, tars, tars), quietly())
}

test('an image that is removed goes with all that is its own, and nothing else', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const [base, one, two] = [layer('base'), layer('one', 100_000), layer('two')]
  const kept = await pulled(at, registry, 'kept', [base, two])
  const before = { snapshots: snapshotsOf(at), blobs: await blobsOf(at) }
  const doomed = await pulled(at, registry, 'doomed', [base, one, layer('above')])
  assert.deepEqual(await at.images.collect([]), { blobs: [], snapshots: [], bytes: 0 })

  await at.images.remove(doomed.id)
  const collected = await at.images.collect([])
  const chain = chainIds(doomed.config.diffIds)
  assert.deepEqual(collected.snapshots, [chain[2], chain[1]], 'highest first')
  assert.equal(collected.blobs.length, 4)
  assert.ok(collected.bytes > 200_000 && collected.bytes < 300_000, String(collected.bytes))
  assert.deepEqual({ snapshots: snapshotsOf(at), blobs: await blobsOf(at) }, before)
  assert.deepEqual(at.images.list(), [kept])
})

test('what a container stands on stays with all that is below it; an init layer stays with its image', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const initLayers = new InitLayers(at.snapshots, join(at.root, 'run'))
  const image = await pulled(at, registry, 'app', [layer('a'), layer('b')])
  const init = await initLayers.ensure(image.chainId)
  const empty = await initLayers.ensure(undefined)
  await at.snapshots.prepare('container', init)
  await at.images.collect(['container'])
  assert.ok(snapshotsOf(at).includes(init))
  assert.equal(at.snapshots.stat(empty), undefined, 'no image is without layers')

  await at.images.remove(image.id)
  const collected = await at.images.collect(['container', 'no such snapshot'])
  assert.deepEqual(collected.snapshots, [])
  assert.deepEqual(snapshotsOf(at), ['container', init, ...chainIds(image.config.diffIds)].sort())

  await at.snapshots.remove('container')
  assert.deepEqual((await at.images.collect([])).snapshots, [init, ...[...chainIds(image.config.diffIds)].reverse()])
  assert.deepEqual(snapshotsOf(at), [])
  assert.equal(init, initLayerName(image.chainId))
})

test('an init layer waits for the next container as long as its image is there', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const image = await pulled(at, registry, 'app', [layer('a')])
  const init = await new InitLayers(at.snapshots, join(at.root, 'run')).ensure(image.chainId)
  await at.images.collect([])
  assert.ok(snapshotsOf(at).includes(init))
})

test('during a pull: at every step of it', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const tars = ['a', 'b', 'c', 'd', 'e'].map(name => layer(name, 200_000))
  const old = await pulled(at, registry, 'old', tars.slice(0, 2))
  await at.images.remove(old.id)
  const name = addPacked(registry, 'app', tars, tars)
  const runs: Promise<unknown>[] = []
  // What the old image has left may go or stay, the pull must not mind.
  const onProgress = () => void runs.push(at.images.collect([]))
  const image = await at.images.pull(name, quietly({ onProgress }))
  await Promise.all(runs)
  assert.ok(runs.length > 20, String(runs.length))
  assert.deepEqual(at.images.list(), [image])
  for (const chainId of chainIds(image.config.diffIds)) assert.equal(at.snapshots.stat(chainId)?.kind, 'committed')
  for (const tar of tars) {
    const digest = digestOf(tar)
    // Layers that were unpacked already need no blob.
    if (await at.content.has(digest)) assert.ok(await at.content.verify(digest))
  }
  assert.deepEqual((await at.images.collect([])).snapshots, [])
})

test('while images come and go: whatever is listed is whole', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const shared = layer('shared', 50_000)
  const names = Array.from({ length: 6 }, (_, i) => {
    const tars = [shared, layer(`top${i}`, 20_000)]
    return addPacked(registry, `app${i}`, tars, tars)
  })
  let isOver = false
  const collecting = (async () => {
    while (!isOver) await at.images.collect([])
  })()
  await Promise.all(
    names.map(async name => {
      for (let round = 0; round < 4; round++) {
        const image = await at.images.pull(name, quietly())
        assert.deepEqual(at.images.damaged(), [])
        await at.images.remove(image.id)
      }
    }),
  )
  isOver = true
  await collecting
  await at.images.collect([])
  assert.deepEqual(snapshotsOf(at), [])
  assert.deepEqual(await blobsOf(at), [])
})

test('parts of blobs wait a day for another attempt; what nobody can go on with does not', async () => {
  await using at = await testImages()
  const digest = digestOf('x') as Digest
  const leave = async (ref: string, expected: object) => {
    await using writer = await at.content.ingest(ref, expected)
    await writer?.write(Buffer.alloc(1000))
  }
  await leave(`blob ${digest}`, { expected: { digest } })
  await leave('load 1234', {})
  await leave('put 1234', {})
  await using busy = await at.content.ingest('load 5678', {})
  await busy?.write(Buffer.alloc(10))
  assert.equal((await at.images.collect([])).bytes, 2000)
  const left = async () => (await at.content.ingests()).map(({ ref }) => ref).sort()
  assert.deepEqual(await left(), [`blob ${digest}`, 'load 5678'])
  const [partial] = (await at.content.ingests()).filter(({ active }) => !active)
  const yesterday = Date.now() / 1000 - 25 * 3600
  utimesSync(join(at.root, 'content/ingest', partial?.key ?? '', 'data'), yesterday, yesterday)
  await at.images.collect([])
  assert.deepEqual(await left(), ['load 5678'])
})

test('what others are making stays; what an earlier process was making goes', async () => {
  await using at = await testImages()
  await at.snapshots.prepare('container in the making', undefined)
  await at.snapshots.prepare('unpack:left over', undefined)
  assert.deepEqual((await at.images.collect([])).snapshots, ['unpack:left over'])
  await using again = await at.reopen()
  await again.snapshots.prepare('another one', undefined)
  assert.deepEqual((await again.images.collect([])).snapshots, ['container in the making'])
  assert.deepEqual(snapshotsOf(again), ['another one'])
  assert.deepEqual((await again.images.collect(['another one'])).snapshots, [])
})

test('many layers are put in order at once', async () => {
  await using at = await testImages()
  let parent: string | undefined
  for (let i = 0; i < 120; i++) {
    await at.snapshots.prepare('key', parent)
    const name = `sha256:${String((i * 7919) % 1000).padStart(64, '0')}`
    await at.snapshots.commit(name, 'key')
    parent = name
  }
  assert.equal((await at.images.collect([])).snapshots.length, 120)
})
