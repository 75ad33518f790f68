/** The images of an engine, served as a registry. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { silentLogger } from '#lib/log'
import { OCI_LAYER_GZIP } from '#oci'
import type { RegistryListener } from '#registry/serve'
import { serveImages } from '../../src/cmd/registry/serve-images.ts'
import { missingPrograms } from '../support/docker-registry.ts'
import { ociMembers } from '../support/image-archive.ts'
import { importTar, loadArchive, pullText, ref, type TestImages, testImages } from '../support/images.ts'
import { run } from '../support/process.ts'
import { ScriptedRegistry } from '../support/registry.ts'
import { addPacked } from '../support/registry-images.ts'
import { rawClient } from '../support/registry-server.ts'
import { file, tarArchive } from '../support/tar-archive.ts'

const LOOPBACK = { address: '127.0.0.1', port: 0 }

function serve(at: TestImages): Promise<RegistryListener> {
  return serveImages({ images: at.images, content: at.content }, LOOPBACK, silentLogger)
}

test('a pulled image is served as it came, under its tag and digest; nothing else is', async () => {
  await using upstream = await ScriptedRegistry.start()
  await using at = await testImages()
  const tar = tarArchive([file('file', 'content')])
  const reference = addPacked(upstream, 'team/app', [tar], [gzipSync(tar)], OCI_LAYER_GZIP)
  await pullText(at, reference)
  await at.images.tag(at.images.list()[0]?.id ?? '', ref('mine:2'))
  await using registry = await serve(at)
  const call = rawClient(registry.host)
  const catalog = JSON.parse((await call('GET', '/v2/_catalog')).body.toString())
  const foreign = `${upstream.host.replace(':', '_')}/team/app`
  assert.deepEqual(catalog.repositories, [foreign, 'library/mine'])
  const byTag = await call('GET', '/v2/library/mine/manifests/2')
  assert.equal(byTag.status, 200)
  const digest = byTag.headers['docker-content-digest']
  assert.equal(digest, at.images.list()[0]?.manifest)
  assert.deepEqual((await call('GET', `/v2/${foreign}/manifests/${digest}`)).body, byTag.body)
  const [layer] = JSON.parse(byTag.body.toString()).layers
  assert.deepEqual((await call('GET', `/v2/library/mine/blobs/${layer.digest}`)).body, gzipSync(tar))
  assert.equal((await call('GET', `/v2/library/other/blobs/${layer.digest}`)).status, 404)
  assert.equal((await call('GET', '/v2/library/mine/manifests/3')).status, 404)
  assert.deepEqual((await call('POST', '/v2/library/mine/blobs/uploads/')).codes, ['UNSUPPORTED'])
})

test('skopeo reads what was loaded and imported; an image whose layer is gone is refused by name', {
  skip: missingPrograms('skopeo'),
}, async () => {
  await using at = await testImages()
  const image = { layers: [tarArchive([file('a', 'b')])], names: ['loaded:1'], config: {} }
  const { members } = ociMembers([image], undefined, layer => ({ bytes: gzipSync(layer), mediaType: OCI_LAYER_GZIP }))
  await loadArchive(at.images, Readable.from([tarArchive(members)]))
  await importTar(at.images, 'imported', ref('imported:1'))
  await using registry = await serve(at)
  const call = rawClient(registry.host)
  const work = mkdtempSync(join(tmpdir(), 'gantry-serve-images-'))
  try {
    for (const name of ['loaded', 'imported']) {
      const source = `docker://${registry.host}/library/${name}:1`
      // A process that is awaited, not waited for: the server is in this one.
      const flags = ['--insecure-policy', '--src-tls-verify=false']
      const { code, stderr } = await run('skopeo', ['copy', ...flags, source, `dir:${join(work, name)}`])
      assert.equal(code, 0, stderr)
    }
    const { layers } = JSON.parse((await call('GET', '/v2/library/imported/manifests/1')).body.toString())
    await at.content.delete(layers[0].digest)
    const refused = await call('GET', '/v2/library/imported/manifests/1')
    assert.equal(refused.status, 404)
    assert.match(refused.body.toString(), /library\/imported:1 unpacked, not its layers/)
  } finally {
    rmSync(work, { recursive: true })
  }
})

test('not for the network', async () => {
  await using at = await testImages()
  const open = serveImages({ images: at.images, content: at.content }, { address: '0.0.0.0', port: 0 }, silentLogger)
  await assert.rejects(open, { kind: 'forbidden' })
})
