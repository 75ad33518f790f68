/** A full disk: it is said in Docker's words, nothing half-made is seen, and the space is there again (R18, R19, R23). */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdirSync, statfsSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { dockerMembers } from '../support/image-archive.ts'
import { importArchive, loadArchive, openTestImages, quietly, type TestImages } from '../support/images.ts'
import { memoryDisk } from '../support/memory-disk.ts'
import { ScriptedRegistry } from '../support/registry.ts'
import { addPacked } from '../support/registry-images.ts'
import { file, tarArchive } from '../support/tar-archive.ts'

const MB = 1 << 20
const small = tarArchive([file('small', 'x')])
/** Little on the way, much on the disk. */
const bomb = tarArchive([file('zeros', Buffer.alloc(16 * MB))])
/** Much on the way already. */
const noise = tarArchive([file('noise', randomBytes(16 * MB))])
const inodes = tarArchive(Array.from({ length: 3000 }, (_, i) => file(`f${i}`, '')))

type Way = (at: TestImages, registry: ScriptedRegistry, layer: Buffer, blob: Buffer) => Promise<unknown>

const WAYS: Readonly<Record<string, Way>> = {
  pull: async (at, registry, layer, blob) => {
    const name = addPacked(registry, `app${layer.length}`, [small, layer], [small, blob])
    return await at.images.pull(name, quietly())
  },
  load: (at, _registry, layer, blob) => {
    const members = dockerMembers([{ layers: [small, layer], names: ['app:1'] }])
    const packed = members.map(member =>
      member.type === 'file' && member.content === layer ? { ...member, content: blob } : member,
    )
    return loadArchive(at.images, Readable.from([tarArchive(packed)]))
  },
  import: (at, _registry, _layer, blob) => importArchive(at.images, Readable.from([blob])),
}

for (const [name, way] of Object.entries(WAYS)) {
  for (const [what, layer, blob] of [
    ['unpacked', bomb, gzipSync(bomb)],
    ['on its way', noise, noise],
    ['in inodes', inodes, gzipSync(inodes)],
  ] as const) {
    test(`${name}: too large ${what}`, async () => {
      using disk = memoryDisk(14, 2000)
      const root = join(disk.folder, 'root')
      await using registry = await ScriptedRegistry.start()
      await using at = await openTestImages(root)
      const kept = await way(at, registry, small, small)
      const listed = at.images.list()
      const free = () => statfsSync(disk.folder).bavail * statfsSync(disk.folder).bsize
      const [before, folders] = [free(), readdirSync(join(root, 'snapshots'))]

      await assert.rejects(way(at, registry, layer, blob), {
        kind: 'no-space',
        message: /no space left on device/,
      })
      assert.deepEqual(at.images.list(), listed)
      assert.deepEqual(readdirSync(join(root, 'snapshots')), folders)
      assert.deepEqual(await at.content.ingests(), [])
      assert.ok(before - free() < MB, `${before - free()} bytes are gone`)
      assert.ok(kept !== undefined)

      // Other things still work, also while somebody else fills the disk.
      const filler = join(disk.folder, 'filler')
      writeFileSync(filler, Buffer.alloc(free() - 64 * 1024))
      const [image] = at.images.list()
      assert.ok(image !== undefined)
      assert.equal(at.images.resolve(image.id).id, image.id)
      await at.images.remove(image.id)
      assert.ok((await at.images.collect([])).bytes > 0)
      await rm(filler)
      await way(at, registry, small, small)
      assert.equal(at.images.list().length, 1)
    })
  }
}

test('a disk that is full at every possible moment', async () => {
  using disk = memoryDisk(16)
  await using registry = await ScriptedRegistry.start()
  await using at = await openTestImages(join(disk.folder, 'root'))
  const layer = tarArchive([file('f', Buffer.alloc(300_000, 'f'))])
  const name = addPacked(registry, 'app', [layer, small], [layer, small])
  const filler = join(disk.folder, 'filler')
  const free = () => statfsSync(disk.folder).bavail * statfsSync(disk.folder).bsize
  let failed = 0
  for (let left = 0; left < 1_200_000; left += 32 * 1024) {
    writeFileSync(filler, Buffer.alloc(Math.max(0, free() - left)))
    try {
      const image = await at.images.pull(name, quietly())
      assert.deepEqual(at.images.list(), [image])
      await at.images.remove(image.id)
    } catch (error) {
      failed++
      assert.match(String(error), /no space left on device/)
      assert.deepEqual(at.images.list(), [])
    }
    await rm(filler)
    await at.images.collect([])
    assert.deepEqual(at.snapshots.list(), [])
  }
  assert.ok(failed > 3, String(failed))
  await at.images.pull(name, quietly())
  assert.deepEqual(at.images.damaged(), [])
})
