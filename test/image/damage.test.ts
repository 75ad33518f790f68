/** What the disk has spoilt is told, hinders nothing else, can be removed and is mended by the next pull (R25). */
import assert from 'node:assert/strict'
import { chmodSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Image } from '#image'
import { digestOf, type Reference } from '#oci'
import { quietly, ref, type TestImages, testImages, withRoot } from '../support/images.ts'
import { ScriptedRegistry } from '../support/registry.ts'
import { addPacked } from '../support/registry-images.ts'
import { file, tarArchive } from '../support/tar-archive.ts'

interface Damage {
  readonly name: string
  /** Happens while nothing runs. */
  spoil(at: TestImages, image: Image): void
  /** What is said about it. */
  readonly reason: RegExp
  /** The damage is to a name, not to the image. */
  readonly isOfName?: boolean
}

function change(at: TestImages, sql: string): void {
  const database = new DatabaseSync(join(at.root, 'meta.db'))
  database.exec(sql)
  database.close()
}

const DAMAGES: Damage[] = [
  ...['{', '7', '{"id":7}', '{"id":"md5:1"}', ''].map(text => ({
    name: `record ${JSON.stringify(text)}`,
    spoil: (at: TestImages, { id }: Image) =>
      change(at, `update records set value = '${text}' where collection = 'image' and key = '${id}'`),
    reason: /^its record does not parse: /,
  })),
  {
    name: 'configuration gone',
    spoil: (at, { id }) => rmSync(at.content.path(id)),
    reason: /^its configuration cannot be read: it is not there$/,
  },
  {
    name: 'configuration cut off',
    spoil: (at, { id }) => {
      chmodSync(at.content.path(id), 0o600)
      truncateSync(at.content.path(id), 10)
    },
    reason: /^its configuration cannot be read: /,
  },
  {
    name: 'configuration changed',
    spoil: (at, { id }) => {
      const path = at.content.path(id)
      chmodSync(path, 0o600)
      writeFileSync(path, readFileSync(path, 'utf8').replace('amd64', 'arm64'))
    },
    reason: /^its configuration does not match its digest: sha256:/,
  },
  {
    name: 'snapshot gone',
    spoil: (at, { chainId }) => change(at, `delete from records where collection = 'snapshot' and key = '${chainId}'`),
    reason: /^its layers are gone: no snapshot sha256:/,
  },
  {
    name: 'snapshot record',
    spoil: (at, { chainId }) =>
      change(at, `update records set value = '{}' where collection = 'snapshot' and key = '${chainId}'`),
    reason: /^record snapshot\/sha256:[0-9a-f]+ does not parse: /,
  },
  {
    name: 'name',
    spoil: at => change(at, `update records set value = '[]' where collection = 'image-name' and key like '%doomed:1'`),
    reason: /^the record of this name does not parse: /,
    isOfName: true,
  },
]

for (const { name, spoil, reason, isOfName = false } of DAMAGES) {
  test(name, async () => {
    await using registry = await ScriptedRegistry.start()
    await using first = await testImages()
    const layer = tarArchive([file('name', 'doomed')])
    const reference = addPacked(registry, 'doomed', [layer], [layer])
    const fine = tarArchive([file('name', 'fine')])
    const kept = await first.images.pull(addPacked(registry, 'kept', [fine], [fine]), quietly())
    const image = await first.images.pull(reference, quietly())
    await first.images.tag(image.id, ref('second:name'))
    const text = `${registry.host}/doomed:1`
    await first.meta.durable()
    spoil(first, image)

    await using at = await first.reopen()
    assert.deepEqual(
      at.images
        .list()
        .map(({ id }) => id)
        .sort(),
      (isOfName ? [kept.id, image.id] : [kept.id]).sort(),
    )
    assert.equal(at.images.resolve(`${registry.host}/kept:1`).id, kept.id)
    assert.throws(() => at.images.resolve(text), { kind: 'not-found', message: `No such image: ${text}` })
    const [damage, ...more] = at.images.damaged()
    assert.deepEqual(more, [])
    assert.equal(damage?.id, isOfName ? text : image.id)
    assert.match(damage?.reason ?? '', reason)

    await mends(at, reference, image)
    assert.equal(at.images.get(kept.id)?.tags.length, 1)
  })
}

async function mends(at: TestImages, reference: Reference, image: Image): Promise<void> {
  await at.images.collect([])
  const mended = await at.images.pull(reference, quietly())
  assert.equal(mended.id, image.id)
  assert.deepEqual(at.images.damaged(), [])
  assert.deepEqual(mended.tags, ['docker.io/library/second:name', image.tags[0]].sort())
  assert.equal(at.images.resolve('second:name').id, image.id)
  assert.equal(await withRoot(at, mended.chainId ?? '', root => readFileSync(join(root, 'name'), 'utf8')), 'doomed')
  assert.ok(await at.content.verify(image.id))
}

test('a damaged image can be removed by its id', async () => {
  await using registry = await ScriptedRegistry.start()
  await using first = await testImages()
  const layer = tarArchive([file('name', 'doomed')])
  const image = await first.images.pull(addPacked(registry, 'doomed', [layer], [layer]), quietly())
  await first.meta.durable()
  change(first, `update records set value = '{}' where collection = 'image'`)
  await using at = await first.reopen()
  assert.equal(at.images.damaged().length, 1)
  await at.images.remove(image.id)
  assert.deepEqual(at.images.damaged(), [])
  await at.images.collect([])
  assert.deepEqual(await Array.fromAsync(at.content.list()), [])
  assert.deepEqual(at.snapshots.list(), [])
})

test('a layer that the disk has changed is fetched again', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const layer = tarArchive([file('name', 'doomed'), file('more', Buffer.alloc(5000))])
  for (const spoilt of [gzipSync(layer), layer]) {
    const reference = addPacked(registry, `app${spoilt.length}`, [layer], [spoilt])
    const image = await at.images.pull(reference, quietly())
    const path = at.content.path(digestOf(spoilt))
    await at.images.remove(image.id)
    await at.snapshots.remove(image.chainId ?? '')
    chmodSync(path, 0o600)
    writeFileSync(path, Buffer.from(spoilt).fill('x', 20, 22))
    await assert.rejects(at.images.pull(reference, quietly()), {
      kind: 'data-corrupt',
      message: `layer ${digestOf(spoilt)} is not any more what was stored`,
    })
    assert.equal((await at.images.pull(reference, quietly())).id, image.id)
    await at.images.remove(image.id)
    await at.images.collect([])
  }
})
