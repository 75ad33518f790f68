/** Images out of root file systems. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { digestOf, parsePlatform } from '#oci'
import { importArchive, importTar, ref, testImages, withRoot } from '../support/images.ts'
import { file, folder, tarArchive } from '../support/tar-archive.ts'

const ROOT = tarArchive([folder('etc'), file('etc/name', 'root'), file('big', Buffer.alloc(200_000))])

test('one layer, with a configuration as Docker writes it', async () => {
  for (const bytes of [ROOT, gzipSync(ROOT), zstdCompressSync(ROOT)]) {
    await using at = await testImages()
    const image = await importArchive(at.images, Readable.from([bytes.subarray(0, 3), bytes.subarray(3)]), {
      reference: ref('app'),
      changes: [
        'CMD ["sh"]',
        'ENV A=1',
        'EXPOSE 80',
        'LABEL x=y',
        'VOLUME /v',
        'USER me',
        'WORKDIR /w',
        'ENTRYPOINT e',
      ],
    })
    assert.deepEqual(image.tags, ['docker.io/library/app:latest'])
    assert.deepEqual(image.layerSizes, [200_004])
    assert.equal(image.chainId, digestOf(ROOT))
    assert.deepEqual(at.images.resolve('app'), image)
    const json = JSON.parse(Buffer.from(image.config.raw).toString())
    assert.match(json.created, /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/)
    assert.deepEqual(json, {
      architecture: 'amd64',
      comment: 'Imported from -',
      config: {
        User: 'me',
        ExposedPorts: { '80/tcp': {} },
        Env: ['A=1'],
        Entrypoint: ['/bin/sh', '-c', 'e'],
        Cmd: ['sh'],
        Volumes: { '/v': {} },
        WorkingDir: '/w',
        Labels: { x: 'y' },
      },
      created: json.created,
      history: [{ created: json.created, comment: 'Imported from -' }],
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [digestOf(ROOT)] },
    })
    await withRoot(at, image.chainId ?? '', root => {
      assert.deepEqual(readdirSync(root), ['big', 'etc'])
      assert.equal(readFileSync(join(root, 'etc/name'), 'utf8'), 'root')
    })
    assert.deepEqual(await at.content.ingests(), [])
    assert.deepEqual((await at.images.collect([])).blobs, [])
  }
})

test('message, platform, no name', async () => {
  await using at = await testImages()
  const image = await importArchive(at.images, Readable.from([ROOT]), {
    message: 'mine',
    platform: parsePlatform('linux/arm/v7'),
  })
  assert.deepEqual(image.tags, [])
  assert.equal(image.config.comment, 'mine')
  assert.deepEqual(
    image.config.history.map(({ comment }) => comment),
    ['mine'],
  )
  const { architecture, variant } = image.config.platform
  assert.deepEqual([architecture, variant], ['arm', 'v7'])
})

test('the same root file system twice is one layer', async () => {
  await using at = await testImages()
  const images = await Promise.all([1, 2, 3].map(() => importTar(at.images, 'same', undefined)))
  assert.equal(new Set(images.map(({ id }) => id)).size, 3, 'three moments, three images')
  assert.equal(at.snapshots.list().length, 1)
  assert.deepEqual((await at.images.collect([])).snapshots, [])
})

test('what cannot be is refused before a byte is read, or with nothing left of it', async () => {
  await using at = await testImages()
  const never = () => new PassThrough()
  const digest = `app@sha256:${'0'.repeat(64)}`
  await assert.rejects(importArchive(at.images, never(), { reference: ref(digest) }), {
    message: 'cannot import digest reference',
  })
  await assert.rejects(importArchive(at.images, never(), { changes: ['RUN x'] }), {
    message: 'RUN is not a valid change command',
  })
  await assert.rejects(importArchive(at.images, never(), { platform: parsePlatform('windows/amd64') }), {
    message: 'operating system is not supported: "windows"',
  })
  for (const [bytes, message] of [
    [Buffer.from('no tar at all'.repeat(100)), /^failed to register layer: invalid tar/],
    [ROOT.subarray(0, 100_000), /unexpected EOF/],
    [gzipSync(ROOT).subarray(0, 100), /does not decompress/],
    [Buffer.from('BZh91AY'), /layers packed with bzip2 are not read/],
    [tarArchive([file('../up', 'x')]), /leads out of its root/],
  ] as const) {
    await assert.rejects(importArchive(at.images, Readable.from([bytes])), { message })
  }
  const enough = new AbortController()
  const stream = never()
  stream.write(ROOT.subarray(0, 1000))
  setImmediate(() => enough.abort())
  await assert.rejects(importArchive(at.images, stream, { signal: enough.signal }), { kind: 'cancelled' })
  assert.deepEqual(at.images.list(), [])
  assert.deepEqual(at.snapshots.list(), [])
  assert.deepEqual(await Array.fromAsync(at.content.list()), [])
  assert.deepEqual(await at.content.ingests(), [])
})
