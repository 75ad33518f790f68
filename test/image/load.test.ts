/** Loading archives, as others and we write them. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { chainIds, digestOf, familiarString, OCI_INDEX, OCI_LAYER_GZIP, parsePlatform } from '#oci'
import { type ArchiveImage, configOf, dockerMembers, ociMembers, withLinkedLayer } from '../support/image-archive.ts'
import { importTar, loadArchive, progressText, ref, type TestImages, testImages, withRoot } from '../support/images.ts'
import { seededRandom } from '../support/random.ts'
import { type ArchiveMember, file, folder, tarArchive } from '../support/tar-archive.ts'

const BASE = tarArchive([folder('etc'), file('etc/name', 'base'), file('etc/gone', 'x')])
const TOP = tarArchive([file('etc/name', 'top'), file('etc/.wh.gone', ''), file('big', Buffer.alloc(300_000, 'b'))])
const APP: ArchiveImage = { layers: [BASE, TOP], names: ['app:1', 'host:5000/team/app:2'] }

async function checkApp(at: TestImages, names = ['docker.io/library/app:1', 'host:5000/team/app:2']) {
  const image = at.images.resolve(digestOf(configOf(APP)))
  assert.deepEqual(image.tags, names)
  assert.deepEqual(image.layerSizes, [5, 300_003])
  assert.equal(image.chainId, chainIds([BASE, TOP].map(layer => digestOf(layer)))[1])
  await withRoot(at, image.chainId ?? '', root => {
    assert.equal(readFileSync(join(root, 'etc/name'), 'utf8'), 'top')
    assert.throws(() => readFileSync(join(root, 'etc/gone')), { code: 'ENOENT' })
  })
  return image
}

/** The members in another order, the same for the same seed. */
function shuffled(members: readonly ArchiveMember[], seed: number): ArchiveMember[] {
  const random = seededRandom(seed)
  return members
    .map(member => ({ member, at: random(1 << 30) }))
    .sort((a, b) => a.at - b.at)
    .map(({ member }) => member)
}

test('what docker save wrote, in any order, packed or not, in pieces of any size', async () => {
  const members = [folder('somewhere'), ...dockerMembers([APP])]
  const packers = [(tar: Buffer) => tar, gzipSync, zstdCompressSync]
  for (const [seed, pack] of packers.entries()) {
    await using at = await testImages()
    const bytes = pack(tarArchive(shuffled(members, seed)))
    const chunks = Array.from({ length: Math.ceil(bytes.length / 777) }, (_, i) =>
      bytes.subarray(i * 777, i * 777 + 777),
    )
    const lines: string[] = []
    const onProgress = (line: Parameters<typeof progressText>[0]) => void lines.push(progressText(line))
    const [loaded, ...more] = await loadArchive(at.images, Readable.from(chunks), { onProgress })
    assert.deepEqual(more, [])
    assert.deepEqual(loaded?.references.map(familiarString), ['app:1', 'host:5000/team/app:2'])
    assert.deepEqual(loaded?.image, await checkApp(at))
    assert.equal(loaded?.image.manifest, undefined)
    const line = (layer: Buffer) => `${digestOf(layer).slice(7, 19)}: Loading layer ${layer.length}/${layer.length}`
    assert.deepEqual(
      lines.filter(text => [line(BASE), line(TOP)].includes(text)),
      [line(BASE), line(TOP)],
    )
    assert.deepEqual((await at.images.collect([])).blobs, [], 'nothing is left that is not needed')
    assert.deepEqual(await at.content.ingests(), [])
  }
})

test('an OCI layout, its layers packed or not, its names in either annotation', async () => {
  const packed = (layer: Buffer) => ({ bytes: gzipSync(layer), mediaType: OCI_LAYER_GZIP })
  for (const annotation of ['io.containerd.image.name', 'org.opencontainers.image.ref.name']) {
    await using at = await testImages()
    const { members, manifests } = ociMembers([APP], annotation, packed)
    const [loaded] = await loadArchive(at.images, Readable.from([tarArchive(shuffled(members, 5))]))
    assert.deepEqual(loaded?.image, await checkApp(at))
    assert.equal(loaded?.image.manifest, manifests[0]?.digest)
    for (const digest of [manifests[0]?.digest, ...[BASE, TOP].map(layer => digestOf(gzipSync(layer)))]) {
      assert.ok(digest !== undefined && (await at.content.has(digest)), 'kept to be pushed as it is')
    }
  }
})

test('both layouts in one archive, as docker save writes since version 25', async () => {
  await using at = await testImages()
  const docker = dockerMembers([APP])
  const oci = ociMembers([{ ...APP, names: ['docker.io/library/app:1'] }])
  const [loaded, ...more] = await loadArchive(at.images, Readable.from([tarArchive([...oci.members, ...docker])]))
  assert.deepEqual(more, [])
  assert.equal(loaded?.image.manifest, oci.manifests[0]?.digest)
  await checkApp(at)
})

test('several images that share layers; one of them has no name', async () => {
  await using at = await testImages()
  const images = [APP, { layers: [BASE] }, { layers: [BASE, BASE], names: ['double:latest'] }]
  const loaded = await loadArchive(at.images, Readable.from([tarArchive(dockerMembers(images))]))
  assert.deepEqual(
    loaded.map(({ references }) => references.map(familiarString)),
    [['app:1', 'host:5000/team/app:2'], [], ['double:latest']],
  )
  assert.deepEqual(
    loaded.map(({ image }) => image.id),
    images.map(image => digestOf(configOf(image))),
  )
  assert.equal(at.images.list().length, 3)
  await checkApp(at)
})

test('a layer that is a link to another one in the archive', async () => {
  await using at = await testImages()
  const members = dockerMembers([{ layers: [BASE, BASE], names: ['app:1'] }])
  const [first = '', second = ''] = members.map(({ name }) => name).filter(name => name.endsWith('layer.tar'))
  const linked = withLinkedLayer(members, second, `../${first}`)
  const [loaded] = await loadArchive(at.images, Readable.from([tarArchive(linked)]))
  assert.deepEqual(loaded?.image.layerSizes, [5, 5])
})

test('what is here already is neither unpacked nor kept twice, and names move with a word', async () => {
  await using at = await testImages()
  const old = await importTar(at.images, 'other', ref('app:1'))
  const archive = tarArchive(dockerMembers([APP]))
  const lines: string[] = []
  const onProgress = (line: Parameters<typeof progressText>[0]) => void lines.push(progressText(line))
  await loadArchive(at.images, Readable.from([archive]), { onProgress })
  assert.equal(lines.at(-1), `The image app:1 already exists, renaming the old one with ID ${old.id} to empty string`)
  assert.deepEqual(at.images.get(old.id)?.tags, [])
  lines.length = 0
  const before = await Array.fromAsync(at.content.list())
  await loadArchive(at.images, Readable.from([archive]), { onProgress })
  assert.deepEqual(lines, [])
  assert.deepEqual(await Array.fromAsync(at.content.list()), before)
})

test('an index of several platforms: this host or the one that is asked for, as far as it is there', async () => {
  const platforms = ['s390x', 'amd64', 'arm64'].map(architecture => ({ os: 'linux', architecture }))
  const images = platforms.map(platform => ({ layers: [BASE], platform }))
  const { members, manifests } = ociMembers(images)
  const index = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: manifests.map((manifest, at) => ({ ...manifest, platform: platforms[at] })),
    }),
  )
  const digest = digestOf(index)
  const top = {
    mediaType: OCI_INDEX,
    digest,
    size: index.length,
    annotations: { 'io.containerd.image.name': 'multi:1' },
  }
  const all = [
    ...members.filter(({ name }) => name !== 'index.json'),
    file(`blobs/sha256/${digest.slice(7)}`, index),
    file('index.json', JSON.stringify({ schemaVersion: 2, manifests: [top] })),
  ]
  const architecture = async (archive: readonly ArchiveMember[], platform?: string) => {
    await using at = await testImages()
    const options = platform === undefined ? {} : { platform: parsePlatform(platform) }
    const loaded = await loadArchive(at.images, Readable.from([tarArchive(archive)]), options)
    assert.deepEqual(loaded[0]?.image.tags, ['docker.io/library/multi:1'])
    return loaded.map(({ image }) => image.config.platform.architecture)
  }
  assert.deepEqual(await architecture(all), ['amd64'])
  assert.deepEqual(await architecture(all, 'linux/arm64'), ['arm64'])
  await assert.rejects(architecture(all, 'linux/riscv64'), {
    kind: 'not-found',
    message: 'the archive has no image for linux/riscv64',
  })
  // The index is of all platforms, the archive of two: what is there is loaded, whatever it runs on.
  const partial = all.filter(({ name }) => !name.includes(manifests[1]?.digest.slice(7) ?? 'none'))
  assert.deepEqual(await architecture(partial), ['s390x'])
  assert.deepEqual(await architecture(partial, 'linux/arm64'), ['arm64'])
})

test('a platform that is asked for chooses among the images of docker save', async () => {
  await using at = await testImages()
  const arm = { layers: [BASE], names: ['arm:1'], platform: { os: 'linux', architecture: 'arm64' } }
  const archive = tarArchive(dockerMembers([APP, arm]))
  const loaded = await loadArchive(at.images, Readable.from([archive]), { platform: parsePlatform('linux/arm64') })
  assert.deepEqual(
    loaded.map(({ references }) => references.map(familiarString)),
    [['arm:1']],
  )
  assert.equal(at.images.list().length, 1)
})

test('nothing at all is loaded from an archive of nothing', async () => {
  await using at = await testImages()
  assert.deepEqual(await loadArchive(at.images, Readable.from([tarArchive([file('manifest.json', '[]')])])), [])
})

test('who changes his mind, or whose stream breaks, leaves nothing behind', async () => {
  await using at = await testImages()
  const archive = tarArchive(dockerMembers([APP]))
  const enough = new AbortController()
  const stream = new PassThrough()
  stream.write(archive.subarray(0, archive.length - 200_000))
  const loading = loadArchive(at.images, stream, { signal: enough.signal })
  await until(async () => (await at.content.ingests()).some(({ active }) => active))
  enough.abort()
  await assert.rejects(loading, { kind: 'cancelled' })
  const broken = Readable.from(
    (async function* () {
      yield archive.subarray(0, archive.length - 100_000)
      throw new Error('connection reset')
    })(),
  )
  await assert.rejects(loadArchive(at.images, broken), { kind: 'system', message: 'read archive: connection reset' })
  await assert.rejects(loadArchive(at.images, Readable.from([archive.subarray(0, 100_000)])), /unexpected EOF/)
  assert.deepEqual(await at.content.ingests(), [])
  assert.deepEqual(await Array.fromAsync(at.content.list()), [])
  assert.deepEqual(at.snapshots.list(), [])
})

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise(setImmediate)
}
