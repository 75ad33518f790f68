/** Saving images: the archive, what it holds, and that it comes back as it went. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { SaveOptions } from '#image'
import { digestOf, hexOf, OCI_LAYER_GZIP, OCI_LAYER_ZSTD, parsePlatform } from '#oci'
import { type ArchiveImage, configOf, dockerMembers, ociMembers } from '../support/image-archive.ts'
import { importTar, loadArchive, ref, type TestImages, testImages } from '../support/images.ts'
import { file, tarArchive } from '../support/tar-archive.ts'

const BASE = tarArchive([file('etc/name', 'base')])
const TOP = tarArchive([file('etc/name', 'top'), file('big', Buffer.alloc(300_000, 'b'))])
const APP: ArchiveImage = { layers: [BASE, TOP], names: ['app:1', 'app:2', 'host:5000/app:3'] }
const OTHER: ArchiveImage = { layers: [BASE], names: ['other:1'], config: { author: 'another' } }

async function save({ images }: TestImages, names: readonly string[], options: Partial<SaveOptions> = {}) {
  const chunks: Uint8Array[] = []
  await images.save(names, {
    platforms: [],
    signal: new AbortController().signal,
    open: () => async chunk => void chunks.push(Buffer.from(chunk)),
    ...options,
  })
  return Buffer.concat(chunks)
}

/** The members as GNU tar sees them. */
function members(archive: Buffer): Map<string, Buffer> {
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('tar', args, { input: archive, maxBuffer: 1 << 26 })
    assert.equal(status, 0, stderr.toString())
    return stdout
  }
  const names = run('-tf', '-').toString().trim().split('\n')
  return new Map(names.filter(name => !name.endsWith('/')).map(name => [name, run('-xOf', '-', name)]))
}

function json(archive: Buffer, name: string): unknown {
  return JSON.parse(members(archive).get(name)?.toString() ?? '')
}

const load = (at: TestImages, images: readonly ArchiveImage[]) =>
  loadArchive(at.images, Readable.from([tarArchive(dockerMembers(images))]))

test('an archive is an OCI layout and a Docker archive of the same blobs, each under its digest', async () => {
  await using at = await testImages()
  await load(at, [APP, OTHER])
  const archive = await save(at, ['app', 'other:1'])
  const found = members(archive)
  for (const [name, bytes] of found) {
    if (name.startsWith('blobs/')) {
      assert.equal(name, `blobs/sha256/${createHash('sha256').update(bytes).digest('hex')}`)
    }
  }
  const blob = (bytes: Uint8Array) => `blobs/sha256/${hexOf(digestOf(bytes))}`
  assert.deepEqual(json(archive, 'manifest.json'), [
    { Config: blob(configOf(APP)), RepoTags: ['app:1', 'app:2'], Layers: [blob(BASE), blob(TOP)] },
    { Config: blob(configOf(OTHER)), RepoTags: ['other:1'], Layers: [blob(BASE)] },
  ])
  const index = json(archive, 'index.json') as { manifests: { digest: string; annotations: Record<string, string> }[] }
  assert.deepEqual(
    index.manifests.map(({ annotations }) => annotations['io.containerd.image.name']),
    ['docker.io/library/app:1', 'docker.io/library/app:2', 'docker.io/library/other:1'],
  )
  for (const { digest } of index.manifests) assert.ok(found.has(`blobs/sha256/${digest.slice(7)}`))
  assert.equal([...found.keys()].filter(name => name === blob(BASE)).length, 1, 'a layer of two images is in it once')
  assert.deepEqual(await save(at, ['app', 'other:1']), archive, 'the same images give the same bytes')
})

test('what was saved comes back with its ids, names and layers, however it was packed', async () => {
  const packings = [
    { pack: (bytes: Buffer) => ({ bytes: gzipSync(bytes), mediaType: OCI_LAYER_GZIP }), keepsManifest: true },
    { pack: (bytes: Buffer) => ({ bytes: zstdCompressSync(bytes), mediaType: OCI_LAYER_ZSTD }), keepsManifest: false },
  ]
  for (const { pack, keepsManifest } of packings) {
    await using from = await testImages()
    const { members: packed } = ociMembers([APP], 'io.containerd.image.name', pack)
    await loadArchive(from.images, Readable.from([tarArchive(packed)]))
    const before = from.images.resolve('app:1')
    const archive = await save(from, ['app:1', 'host:5000/app:3'])
    await using to = await testImages()
    const [loaded, ...more] = await loadArchive(to.images, Readable.from([archive]))
    assert.deepEqual(more, [])
    assert.equal(loaded?.image.id, before.id)
    assert.deepEqual(loaded?.image.layerSizes, before.layerSizes)
    assert.deepEqual(loaded?.image.tags, ['docker.io/library/app:1', 'host:5000/app:3'])
    assert.equal(loaded?.image.manifest === before.manifest, keepsManifest)
    // Docker 20.10 reads no zstd.
    const layers = [...members(archive).values()].filter(bytes => bytes.readUInt32LE(0) === 0xfd2fb528)
    assert.equal(layers.length, 0)
  }
})

test('by id an image is saved without names, by digest too', async () => {
  await using at = await testImages()
  const image = await importTar(at.images, 'x', ref('plain:1'))
  for (const name of [image.id, image.id.slice(7, 19)]) {
    const archive = await save(at, [name])
    const [item] = json(archive, 'manifest.json') as { RepoTags: unknown }[]
    assert.equal(item?.RepoTags, null)
    assert.equal((json(archive, 'index.json') as { manifests: object[] }).manifests.length, 1)
  }
})

test('a layer is kept as it came as long as it is unpacked, whoever brought it', async () => {
  await using at = await testImages()
  await load(at, [APP])
  await load(at, [{ ...OTHER, layers: [BASE, TOP] }])
  await at.images.remove(at.images.resolve('app:1').id)
  await at.images.collect([])
  assert.equal(members(await save(at, ['other:1'])).size, 7)
  // A container may keep the layers of an image that is gone.
  const { chainId = '' } = at.images.resolve('other:1')
  await at.images.remove(at.images.resolve('other:1').id)
  await at.images.collect([chainId])
  await load(at, [APP])
  assert.equal(members(await save(at, ['app:1'])).size, 7)
  await at.images.remove(at.images.resolve('app:1').id)
  await at.images.collect([])
  for await (const { digest } of at.content.list()) assert.fail(`${digest} stays`)
  assert.deepEqual(at.meta.collection('layer', value => value).list(), [])
})

test('a blob that went astray is taken again from the next archive', async () => {
  await using at = await testImages()
  await load(at, [OTHER])
  await at.content.delete(digestOf(BASE))
  await assert.rejects(save(at, ['other:1']), { kind: 'not-found', message: /is not kept as it came/ })
  const second = { ...OTHER, names: ['second:1'], config: { author: 'second' } }
  await loadArchive(at.images, Readable.from([tarArchive(dockerMembers([second]))]))
  assert.ok(members(await save(at, ['other:1'])).has(`blobs/sha256/${hexOf(digestOf(BASE))}`))
})

test('what cannot be saved is said before the archive begins', async () => {
  await using at = await testImages()
  await load(at, [OTHER])
  const open = () => assert.fail('opened')
  await assert.rejects(save(at, ['nope'], { open }), { kind: 'not-found', message: 'No such image: nope:latest' })
  await assert.rejects(save(at, ['other:1', 'nope'], { open }), { kind: 'not-found' })
  await assert.rejects(save(at, [], { open }), { kind: 'invalid-argument' })
  await assert.rejects(save(at, ['other:1'], { open, platforms: [parsePlatform('linux/arm64')] }), {
    kind: 'not-found',
    message: /does not provide the specified platform \(linux\/arm64\)/,
  })
  assert.ok((await save(at, ['other:1'], { platforms: [parsePlatform('linux/amd64')] })).length > 0)
})

test('a layer that the disk has changed is not passed on', async () => {
  await using at = await testImages()
  await load(at, [APP])
  await save(at, ['app:1'])
  const bytes = readFileSync(at.content.path(digestOf(TOP)))
  bytes[bytes.length - 2000] = 1
  writeFileSync(at.content.path(digestOf(TOP)), bytes)
  await assert.rejects(save(at, ['app:1']), { kind: 'data-corrupt', message: /is not any more what was stored/ })
})

test('nothing of a save is removed while it runs, and a reader who goes ends it', async () => {
  await using at = await testImages()
  await load(at, [APP])
  const { id } = at.images.resolve('app:1')
  const chunks: Buffer[] = []
  let isFirst = true
  const open = () => async (chunk: Uint8Array) => {
    chunks.push(Buffer.from(chunk))
    if (!isFirst) return
    isFirst = false
    await at.images.remove(id)
    await at.images.collect([])
  }
  await save(at, ['app:1'], { open })
  assert.equal(members(Buffer.concat(chunks)).size, 7)
  await load(at, [APP])
  const gone = new AbortController()
  const stopped = save(at, ['app:1'], { signal: gone.signal, open: () => async () => gone.abort() })
  await assert.rejects(stopped, { kind: 'cancelled' })
})
