/** A full disk where layers are mounted from their tars (R18, R19, R23): said in Docker's words, and nothing is left. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statfsSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Reference } from '#oci'
import { canMapLayers } from '#snapshot'
import { openTestImages, quietly, type TestImages, withRoot } from '../support/images.ts'
import { loopDisk, loopSkip } from '../support/loop-disk.ts'
import { ScriptedRegistry } from '../support/registry.ts'
import { addPacked } from '../support/registry-images.ts'
import { file, tarArchive } from '../support/tar-archive.ts'

const MB = 1 << 20
const small = tarArchive([file('small', 'x')])
/** Little on the way, much on the disk. */
const bomb = tarArchive([file('zeros', Buffer.alloc(16 * MB))])
/** Much on the way already. */
const noise = tarArchive([file('noise', randomBytes(16 * MB))])
/** Hardly any file content, and much that says what there is. */
const names = tarArchive(Array.from({ length: 20_000 }, (_, i) => file(`${'n'.repeat(80)}${i}`, '')))

function mapSkip(): string | false {
  const missing = loopSkip()
  if (missing !== false) return missing
  using disk = loopDisk(4)
  return canMapLayers(disk.folder) ? false : 'this kernel mounts no EROFS from files'
}

const skip = mapSkip()

function bytesFree(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

/** Nothing of a pull that failed is there, and what was there works. */
async function assertAsBefore(at: TestImages, before: readonly string[]): Promise<void> {
  assert.deepEqual(
    at.images.list().map(({ id }) => id),
    before,
  )
  assert.deepEqual(at.snapshots.list().length, before.length, 'snapshots')
  assert.deepEqual(readdirSync(join(at.root, 'snapshots')).length, before.length, 'folders')
  assert.deepEqual(await at.content.ingests(), [])
  assert.doesNotMatch(readFileSync('/proc/self/mounts', 'utf8'), new RegExp(`${at.root}.* erofs `))
}

for (const [what, layer, blob] of [
  ['unpacked', bomb, gzipSync(bomb)],
  ['on its way', noise, noise],
  ['in names', names, gzipSync(names)],
] as const) {
  test(`a mapped layer that is too large ${what}`, { skip }, async () => {
    using disk = loopDisk(14)
    await using registry = await ScriptedRegistry.start()
    await using at = await openTestImages(join(disk.folder, 'root'), { mapLayers: true })
    const kept = await at.images.pull(addPacked(registry, 'kept', [small], [small]), quietly())
    const free = bytesFree(disk.folder)
    const name = addPacked(registry, 'large', [small, layer], [small, blob])
    await assert.rejects(at.images.pull(name, quietly()), { kind: 'no-space', message: /no space left on device/ })
    await assertAsBefore(at, [kept.id])
    assert.ok(free - bytesFree(disk.folder) < MB, `${free - bytesFree(disk.folder)} bytes are gone`)
    await withRoot(at, kept.chainId ?? '', folder => assert.equal(readFileSync(join(folder, 'small'), 'utf8'), 'x'))
  })
}

/** Takes all of a disk but so many bytes; the file system itself needs some, how many is its own affair. */
function fill(path: string, left: number): void {
  for (let size = MB; size >= 4096; size /= 4) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size, 'x'), { flag: 'a' })
    } catch {
      // Smaller pieces may still fit.
    }
  }
  truncateSync(path, Math.max(0, statSync(path).size - left))
}

/** Pulls where there is room for ever more, until it succeeds; says how often it did not. */
async function pullWithMoreAndMore(
  at: TestImages,
  name: Reference,
  steps: number,
  leave: (step: number) => Promise<() => Promise<void>>,
): Promise<number> {
  let failed = 0
  for (let step = 0; step < steps; step++) {
    const clear = await leave(step)
    try {
      const image = await at.images.pull(name, quietly())
      assert.deepEqual(at.images.list(), [image])
      await at.images.remove(image.id)
    } catch (error) {
      failed++
      assert.match(String(error), /no space left on device/)
      assert.deepEqual(at.images.list(), [])
    }
    await clear()
    await at.images.collect([])
    await assertAsBefore(at, [])
  }
  return failed
}

test('mapped layers on a disk that is full at every possible moment', { skip }, async () => {
  using disk = loopDisk(16)
  await using registry = await ScriptedRegistry.start()
  await using at = await openTestImages(join(disk.folder, 'root'), { mapLayers: true })
  const layer = tarArchive([file('f', Buffer.alloc(300_000, 'f'))])
  const name = addPacked(registry, 'app', [layer, small], [gzipSync(layer), small])
  const filler = join(disk.folder, 'filler')
  const failed = await pullWithMoreAndMore(at, name, 30, async step => {
    fill(filler, step * 24 * 1024)
    return () => rm(filler)
  })
  assert.ok(failed > 3 && failed < 30, String(failed))
  await at.images.pull(name, quietly())
  assert.deepEqual(at.images.damaged(), [])
})

test('mapped layers where inodes run out at every possible moment', { skip }, async () => {
  using disk = loopDisk(16, 128)
  await using registry = await ScriptedRegistry.start()
  await using at = await openTestImages(join(disk.folder, 'root'), { mapLayers: true })
  const layer = tarArchive([file('f', 'f')])
  const name = addPacked(registry, 'app', [layer, small], [gzipSync(layer), small])
  const failed = await pullWithMoreAndMore(at, name, 40, async step => {
    const fillers = Array.from({ length: Math.max(0, statfsSync(disk.folder).ffree - step) }, (_, i) =>
      join(disk.folder, `filler${i}`),
    )
    for (const filler of fillers) writeFileSync(filler, '')
    return async () => {
      for (const filler of fillers) await rm(filler)
    }
  })
  assert.ok(failed > 3 && failed < 40, String(failed))
  await at.images.pull(name, quietly())
  assert.deepEqual(at.images.damaged(), [])
})
