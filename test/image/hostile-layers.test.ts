/** The corpus of hostile archives as layers, by every way in which layers come here (S8 to S16). */
import assert from 'node:assert/strict'
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { GantryError } from '#lib/errors'
import { type Digest, digestOf, OCI_CONFIG, OCI_LAYER_GZIP, OCI_MANIFEST } from '#oci'
import { type HostileTar, hostileTars } from '../support/hostile-tar.ts'
import { importArchive, loadArchive, openTestImages, quietly, ref, type TestImages } from '../support/images.ts'
import { memoryDisk } from '../support/memory-disk.ts'
import { ScriptedRegistry } from '../support/registry.ts'
import { manifestOf } from '../support/registry-images.ts'
import { file, tarArchive } from '../support/tar-archive.ts'

const RSS_GROWTH_MAX = 200 * 1024 * 1024

const work = mkdtempSync(join(tmpdir(), 'gantry-hostile-'))
const canary = join(work, 'canary')
mkdirSync(canary, { mode: 0o751 })
writeFileSync(join(canary, 'file'), 'untouched', { mode: 0o640 })
after(() => rmSync(work, { recursive: true }))

/** All that could have been done to the canary: whatever it is, extended attributes included, changes its ctime. */
function canaryState(): unknown {
  return ['.', 'file'].map(name => {
    const path = join(canary, name)
    const { mode, uid, gid, mtimeNs, ctimeNs, nlink } = lstatSync(path, { bigint: true })
    const content = name === 'file' ? readFileSync(path, 'utf8') : readdirSync(path)
    return [mode, uid, gid, mtimeNs, ctimeNs, nlink, content]
  })
}

interface Packed {
  readonly bytes: Buffer
  /** Of the tar, or of something else where that is too long to be hashed for a test. */
  readonly diffId: Digest
}

/** The tar in gzip members, one for each chunk: bombs repeat one chunk, and so does what they are packed to. */
function pack(tar: HostileTar): Packed {
  const known = new Map<Uint8Array, Buffer>()
  const members: Buffer[] = []
  const chunks: Uint8Array[] = []
  let size = 0
  for (const chunk of tar.chunks()) {
    const member = known.get(chunk) ?? gzipSync(chunk)
    known.set(chunk, member)
    members.push(member)
    size += chunk.length
    if (size < 1 << 26) chunks.push(chunk)
  }
  return { bytes: Buffer.concat(members), diffId: digestOf(Buffer.concat(chunks)) }
}

const configOf = (diffId: Digest) =>
  Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [diffId] } }))

type Way = (at: TestImages, registry: ScriptedRegistry, packed: Packed) => Promise<unknown>

const WAYS: Readonly<Record<string, Way>> = {
  import: (at, _registry, { bytes }) => importArchive(at.images, Readable.from([bytes])),
  load: (at, _registry, { bytes, diffId }) => {
    const manifest = [{ Config: 'config', Layers: ['layer'] }]
    const members = [
      file('manifest.json', JSON.stringify(manifest)),
      file('config', configOf(diffId)),
      file('layer', bytes),
    ]
    return loadArchive(at.images, Readable.from([tarArchive(members)]))
  },
  pull: (at, registry, { bytes, diffId }) => {
    const layer = registry.addBlob('app', bytes, OCI_LAYER_GZIP)
    const config = registry.addBlob('app', configOf(diffId), OCI_CONFIG)
    registry.addManifest('app', manifestOf(config, [layer]), OCI_MANIFEST, 'hostile')
    return at.images.pull(ref(`${registry.host}/app:hostile`), quietly())
  },
}

for (const [name, way] of Object.entries(WAYS)) {
  test(name, { timeout: 60_000 }, async () => {
    await using registry = await ScriptedRegistry.start()
    using disk = memoryDisk(512)
    await using at = await openTestImages(join(disk.folder, 'root'))
    const before = canaryState()
    const rss = process.memoryUsage.rss()
    let taken = 0
    for (const tar of hostileTars(canary)) {
      const packed = pack(tar)
      try {
        await way(at, registry, packed)
        assert.equal(tar.kind, 'legal', `${tar.name} was taken`)
        taken++
      } catch (error) {
        assert.ok(error instanceof GantryError, `${tar.name}: ${error}`)
        assert.match(error.message, /^failed to register layer: /, tar.name)
      }
      assert.deepEqual(canaryState(), before, tar.name)
    }
    assert.ok(taken > 30, String(taken))
    assert.deepEqual(at.images.damaged(), [])
    for (const { id } of at.images.list()) await at.images.remove(id)
    await at.images.collect([])
    assert.deepEqual(at.snapshots.list(), [])
    assert.deepEqual(readdirSync(join(at.root, 'snapshots')), [], 'also what forbids it is removed')
    assert.deepEqual(await Array.fromAsync(at.content.list()), [])
    const growth = process.memoryUsage.rss() - rss
    assert.ok(growth < RSS_GROWTH_MAX, `grew by ${growth} bytes`)
  })
}
