import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DataCorrupt } from '#lib/errors'
import { digestOf, OCI_CONFIG, OCI_MANIFEST } from '#oci'
import { progressText, quietly, ref, testImages } from '../support/images.ts'
import { ScriptedRegistry } from '../support/registry.ts'
import { file, tarArchive } from '../support/tar-archive.ts'

test('every tag of a repository is pulled, and what is the same is fetched once', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const shared = tarArchive([file('shared', 'x')])
  for (const tag of ['1', '2']) registry.addImage('app', tag, [shared, tarArchive([file(tag, tag)])])
  const lines: string[] = []
  const onProgress = (line: Parameters<typeof progressText>[0]) => void lines.push(progressText(line))
  const images = await at.images.pullAll(ref(`${registry.host}/app`), quietly({ onProgress }))
  assert.deepEqual(
    images.map(({ tags }) => tags),
    [[`${registry.host}/app:1`], [`${registry.host}/app:2`]],
  )
  assert.equal(registry.seen(new RegExp(digestOf(shared))).length, 1)
  assert.equal(lines.at(-1), `Status: Downloaded newer image for ${registry.host}/app`)
  assert.equal(lines.filter(line => line.startsWith('Status:')).length, 1)
  const again = await at.images.pullAll(ref(`${registry.host}/app`), quietly())
  assert.equal(again.length, 2)
})

test('a foreign layer comes from where its descriptor says, and credentials stay at home', async () => {
  await using registry = await ScriptedRegistry.start()
  await using other = await ScriptedRegistry.start()
  await using at = await testImages()
  const tar = tarArchive([file('a', 'b')])
  other.addBlob('foreign', tar)
  registry.basicAuth = { name: 'me', password: 'secret' }
  const url = `${other.url}/v2/foreign/blobs/${digestOf(tar)}`
  const gone = `${other.url}/v2/foreign/blobs/${digestOf('gone')}`
  const reference = addForeign(registry, tar, [gone, url])
  const credentials = { username: 'me', password: 'secret' }
  await at.images.pull(reference, quietly({ credentials }))
  assert.equal(other.requests.length, 2)
  assert.ok(other.requests.every(({ headers }) => headers.authorization === undefined))
  assert.equal(registry.seen(new RegExp(digestOf(tar))).length, 0)
})

test('a foreign layer that is another one than was announced is refused', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const tar = tarArchive([file('a', 'b')])
  const wrong = registry.addBlob('foreign', Buffer.alloc(tar.length))
  const reference = addForeign(registry, tar, [`${registry.url}/v2/foreign/blobs/${wrong.digest}`])
  await assert.rejects(at.images.pull(reference, quietly()), DataCorrupt)
  assert.deepEqual(at.images.list(), [])
})

function addForeign(registry: ScriptedRegistry, tar: Buffer, urls: readonly string[]) {
  const json = { os: 'linux', architecture: 'amd64', config: {}, rootfs: { type: 'layers', diff_ids: [digestOf(tar)] } }
  const { mediaType, digest, size } = registry.addBlob('app', Buffer.from(JSON.stringify(json)), OCI_CONFIG)
  const layer = {
    mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar',
    digest: digestOf(tar),
    size: tar.length,
    urls,
  }
  const document = { schemaVersion: 2, mediaType: OCI_MANIFEST, config: { mediaType, digest, size }, layers: [layer] }
  registry.addManifest('app', document, OCI_MANIFEST, '1')
  return ref(`${registry.host}/app:1`)
}
