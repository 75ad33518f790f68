/** Archives that mean harm, or that nobody can make sense of: refused with a reason, and nothing of them stays (S78). */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type Digest, digestOf, hexOf, OCI_INDEX, OCI_MANIFEST } from '#oci'
import { configOf, dockerMembers, ociMembers } from '../support/image-archive.ts'
import { loadArchive, testImages } from '../support/images.ts'
import { rawFile } from '../support/raw-tar.ts'
import { type ArchiveMember, file, folder, symlink, tarArchive } from '../support/tar-archive.ts'

const work = mkdtempSync(join(tmpdir(), 'gantry-hostile-'))
const canary = join(work, 'canary')
writeFileSync(canary, 'untouched')
const before = statSync(canary)
after(() => rmSync(work, { recursive: true }))

const LAYER = tarArchive([file('name', 'layer')])
const OTHER = tarArchive([file('name', 'other')])
const APP = { layers: [LAYER], names: ['app:1'] }
const CONFIG = configOf(APP)
const BLOB = (digest: Digest) => `blobs/sha256/${hexOf(digest)}`

/** A docker archive whose manifest says `item` instead. */
function saying(item: object, ...more: ArchiveMember[]): ArchiveMember[] {
  const whole = { Config: 'config.json', RepoTags: ['app:1'], Layers: ['layer.tar'], ...item }
  return [
    file('config.json', CONFIG),
    file('layer.tar', LAYER),
    file('manifest.json', JSON.stringify([whole])),
    ...more,
  ].filter(({ name }, at, all) => all.findLastIndex(other => other.name === name) === at)
}

/** An OCI layout that is this one but for some members. */
function layout(change: (members: ArchiveMember[]) => ArchiveMember[]): ArchiveMember[] {
  return change(ociMembers([APP]).members)
}

const replace = (name: string, member: ArchiveMember) => (members: ArchiveMember[]) =>
  members.map(other => (other.name === name ? member : other))

const up = `../../../../../../../..${canary}`

const CASES: readonly (readonly [name: string, members: ArchiveMember[] | Buffer, reason: RegExp])[] = [
  ['a configuration outside', saying({ Config: up }), /"\.\.\/.*leads out of the archive/],
  ['a configuration by absolute path', saying({ Config: canary }), /canary" is an absolute path/],
  ['a layer outside', saying({ Layers: [up] }), /leads out of the archive/],
  ['a layer by absolute path', saying({ Layers: [canary] }), /is an absolute path/],
  ['a layer that is not there', saying({ Layers: ['none'] }), /"none" is not in it/],
  ['a layer that is a folder', saying({ Layers: ['d'] }, folder('d')), /"d" is not in it/],
  ['a layer that links outside', saying({}, symlink('layer.tar', up)), /leads out of the archive/],
  ['a layer that links to an absolute path', saying({}, symlink('layer.tar', canary)), /links to/],
  ['a layer that links to nothing', saying({}, symlink('layer.tar', 'x')), /"layer.tar" is not in it/],
  ['a layer that links to itself', saying({}, symlink('layer.tar', 'layer.tar')), /is not in it/],
  ['a manifest that links outside', [symlink('manifest.json', canary)], /links to/],
  ['a member outside', saying({}, file('../evil', 'x')), /leads out/],
  ['a member by absolute path', saying({}, file(canary, 'evil')), /is an absolute path/],
  ['a member with a detour', saying({}, file('a/../../evil', 'x')), /leads out/],
  ['a device', saying({}, { type: 'char', name: 'null', devMajor: 1, devMinor: 3 }), /neither file nor folder/],
  ['a pipe', saying({}, { type: 'fifo', name: 'pipe' }), /neither file nor folder/],
  ['a hard link outside', saying({}, { type: 'hardlink', name: 'layer.tar', linkName: up }), /leads out/],
  ['two members of one name', [...saying({}), file('./layer.tar', OTHER)], /"\.\/layer.tar" is in it more than once/],
  ['a member and a link of one name', [...saying({}), symlink('layer.tar', 'x')], /more than once/],
  ['a tag without a name', saying({ RepoTags: [':1'] }), /invalid reference format/],
  ['a name without a tag', saying({ RepoTags: ['app'] }), /invalid tag "app"/],
  ['a name that is a digest', saying({ RepoTags: [`app@sha256:${'0'.repeat(64)}`] }), /invalid tag/],
  ['too many layers', saying({ Layers: ['layer.tar', 'layer.tar'] }), /layers length mismatch: expected 2, got 1/],
  ['another layer than the configuration says', saying({}, file('layer.tar', OTHER)), /don't match image config/],
  ['a layer that is no tar', saying({}, file('layer.tar', 'x'.repeat(600))), /failed to register layer: invalid tar/],
  ['a packed layer that is cut off', saying({}, file('layer.tar', gzipSync(LAYER).subarray(0, 50))), /decompress/],
  ['a configuration that is none', saying({}, file('config.json', '{}')), /no RootFS key/],
  [
    'a configuration for windows',
    saying({}, file('config.json', configOf({ ...APP, platform: { os: 'windows', architecture: 'amd64' } }))),
    /cannot load "windows" image on linux/,
  ],
  [
    'a history of more layers',
    saying({}, file('config.json', configOf({ ...APP, config: { history: [{}, {}] } }))),
    /too many non-empty layers/,
  ],
  ['a manifest of nothing', [file('manifest.json', 'null')], /manifest cannot be null/],
  ['a manifest that is no list', [file('manifest.json', '{}')], /not a list/],
  ['a manifest that is no JSON', [file('manifest.json', '[')], /not JSON/],
  ['a manifest that is too long', [file('manifest.json', `[${' '.repeat(5_000_000)}]`)], /at most/],
  ['no manifest', [file('x', 'y')], /does not contain a manifest.json/],
  ['an empty archive', [], /does not contain a manifest.json/],
  ['no archive', Buffer.alloc(5000, 'x'), /invalid tar/],
  ['a packed something', gzipSync(Buffer.alloc(5000, 'x')), /invalid tar/],
  ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0]), /archives packed with xz are not read/],
  ['a packed archive that is cut off', gzipSync(Buffer.alloc(50_000)).subarray(0, 30), /does not decompress/],
  [
    'more after the end than padding',
    Buffer.concat([tarArchive(saying({})), Buffer.alloc(70_000_000)]),
    /follow its end/,
  ],
  [
    'a blob that is not what it is called',
    layout(replace(BLOB(digestOf(LAYER)), file(BLOB(digestOf(LAYER)), OTHER))),
    /does not match its digest/,
  ],
  [
    'a large blob that is not what it is called',
    [...layout(members => members), file(BLOB(digestOf('x')), Buffer.alloc(100_000))],
    /does not match its digest/,
  ],
  [
    'a blob that is a link',
    [...layout(members => members), symlink(BLOB(digestOf('x')), 'index.json')],
    /is a link instead of a blob/,
  ],
  [
    'a layout of another version',
    layout(replace('oci-layout', file('oci-layout', '{"imageLayoutVersion":"2.0"}'))),
    /version "2.0", only 1.0.0 is known/,
  ],
  [
    'an index with a digest that is a path',
    layout(
      replace(
        'index.json',
        file(
          'index.json',
          JSON.stringify({
            schemaVersion: 2,
            manifests: [{ mediaType: OCI_MANIFEST, digest: 'sha256:../../x', size: 1 }],
          }),
        ),
      ),
    ),
    /invalid/,
  ],
  [
    'layouts that say a name of different images',
    [...dockerMembers([APP]), ...ociMembers([{ layers: [OTHER], names: ['app:1'] }, APP]).members],
    /app:1 stands for both/,
  ],
  [
    'layouts that describe different images',
    [...dockerMembers([APP]), ...ociMembers([{ layers: [OTHER] }]).members],
    /manifest.json and index.json describe different images/,
  ],
  [
    'one name for two images',
    dockerMembers([APP, { layers: [OTHER], names: ['docker.io/library/app:1'] }]),
    /stands for both/,
  ],
]

for (const [name, members, reason] of CASES) {
  test(name, async () => {
    await using at = await testImages()
    const bytes = Buffer.isBuffer(members) ? members : tarArchive(members)
    await assert.rejects(loadArchive(at.images, inPieces(bytes)), (error: Error & { kind?: string }) => {
      assert.match(error.message, reason)
      return error.kind === 'invalid-argument' || error.kind === 'data-corrupt'
    })
    assert.deepEqual(at.images.list(), [])
    assert.deepEqual(at.snapshots.list(), [])
    assert.deepEqual(await Array.fromAsync(at.content.list()), [])
    assert.deepEqual(await at.content.ingests(), [])
    assert.deepEqual(readdirSync(join(at.root, 'snapshots')), [])
    assert.equal(readFileSync(canary, 'utf8'), 'untouched')
    assert.deepEqual([statSync(canary).mtimeMs, statSync(canary).nlink], [before.mtimeMs, before.nlink])
  })
}

test('one image that cannot be loaded keeps all others of its archive out', async () => {
  await using at = await testImages()
  const broken = { layers: [OTHER], config: { history: [{}, {}] } }
  await assert.rejects(loadArchive(at.images, Readable.from([tarArchive(dockerMembers([APP, broken]))])))
  assert.deepEqual(at.images.list(), [])
  assert.deepEqual(at.snapshots.list(), [])
})

test('indexes that name each other a thousand times end', async () => {
  await using at = await testImages()
  const members = new Map<string, ArchiveMember>()
  const store = (value: object, mediaType: string) => {
    const bytes = Buffer.from(JSON.stringify(value))
    const digest = digestOf(bytes)
    members.set(BLOB(digest), file(BLOB(digest), bytes))
    return { mediaType, digest, size: bytes.length }
  }
  const config = store({}, 'application/vnd.example.chart')
  let below: object = store({ schemaVersion: 2, config, layers: [] }, OCI_MANIFEST)
  for (let depth = 0; depth < 3; depth++) {
    below = store({ schemaVersion: 2, manifests: Array.from({ length: 1000 }, () => below) }, OCI_INDEX)
  }
  members.set('index.json', file('index.json', JSON.stringify({ schemaVersion: 2, manifests: [below] })))
  members.set('oci-layout', file('oci-layout', '{"imageLayoutVersion":"1.0.0"}'))
  await assert.rejects(loadArchive(at.images, Readable.from([tarArchive([...members.values()])])), {
    message: /leads through more than 4096 manifests/,
  })
})

test('what is no image is passed over: signatures and charts travel in layouts too', async () => {
  await using at = await testImages()
  const chart = Buffer.from('{}')
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest: digestOf(chart), size: chart.length },
      layers: [],
    }),
  )
  const { members, manifests } = ociMembers([APP])
  const entry = { mediaType: OCI_MANIFEST, digest: digestOf(manifest), size: manifest.length }
  const index = { schemaVersion: 2, manifests: [entry, ...manifests] }
  const all = [
    ...members.filter(({ name }) => name !== 'index.json'),
    file(BLOB(digestOf(chart)), chart),
    file(BLOB(digestOf(manifest)), manifest),
    file('index.json', JSON.stringify(index)),
  ]
  assert.equal((await loadArchive(at.images, Readable.from([tarArchive(all)]))).length, 1)
})

test('a hundred thousand members are too many', async () => {
  await using at = await testImages()
  function* chunks() {
    for (let i = 0; i < 100; i++) {
      yield Buffer.concat(Array.from({ length: 1000 }, (_, n) => rawFile({ name: `${i}/${n}` })))
    }
  }
  await assert.rejects(loadArchive(at.images, Readable.from(chunks())), /more than 65536 members/)
})

function inPieces(bytes: Buffer): Readable {
  const size = 1 << 20
  const count = Math.ceil(bytes.length / size)
  return Readable.from(Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size)))
}
