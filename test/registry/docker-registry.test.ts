/** Our client against the reference registry, filled by skopeo: what others make of the protocol, not what we do. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { TAR_END, tarHeader, tarPadding } from '#lib/tar/writer'
import {
  checkLayers,
  digestOf,
  hexOf,
  matchingManifests,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER_GZIP,
  OCI_MANIFEST,
  parseImageConfig,
  parsePlatform,
  parseReference,
  withDigest,
} from '#oci'
import { missingPrograms, type RunningRegistry, skopeoCopy, startDockerRegistry } from '../support/docker-registry.ts'
import { testClient } from '../support/registry-client.ts'

const skip = missingPrograms('docker-registry', 'skopeo')

const work = mkdtempSync(join(tmpdir(), 'gantry-docker-registry-'))
let registry: RunningRegistry | undefined
let host = ''

before(async () => {
  if (skip !== false) return
  registry = await startDockerRegistry(work)
  host = registry.host
  const layout = writeLayout(join(work, 'layout'))
  for (const tag of ['index', 'amd64']) {
    skopeoCopy(...(tag === 'index' ? ['--all'] : []), `oci:${layout}:${tag}`, `docker://${host}/team/app:${tag}`)
  }
})

after(async () => {
  await registry?.stop()
  rmSync(work, { recursive: true })
})

/** An OCI layout with one image for two platforms. */
function writeLayout(folder: string): string {
  mkdirSync(join(folder, 'blobs/sha256'), { recursive: true })
  const store = (mediaType: string, content: Buffer | object) => {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content))
    const digest = digestOf(bytes)
    writeFileSync(join(folder, 'blobs/sha256', hexOf(digest)), bytes)
    return { mediaType, digest, size: bytes.length }
  }
  const manifests = ['amd64', 'arm64'].map(architecture => {
    const tars = [1, 2].map(i => {
      const content = Buffer.from(Array.from({ length: 400_000 }, (_, n) => (n * n * i) % 255))
      const header = tarHeader({ type: 'file', name: `${architecture}-${i}`, mode: 0o644, size: content.length })
      return Buffer.concat([header, content, tarPadding(content.length), TAR_END])
    })
    const rootfs = { type: 'layers', diff_ids: tars.map(tar => digestOf(tar)) }
    const config = store(OCI_CONFIG, { architecture, os: 'linux', config: { Cmd: ['sh'] }, rootfs })
    const layers = tars.map(tar => store(OCI_LAYER_GZIP, gzipSync(tar)))
    const manifest = store(OCI_MANIFEST, { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers })
    return { ...manifest, platform: { os: 'linux', architecture } }
  })
  const index = store(OCI_INDEX, { schemaVersion: 2, mediaType: OCI_INDEX, manifests })
  const named = (descriptor: object, name: string) => ({
    ...descriptor,
    annotations: { 'org.opencontainers.image.ref.name': name },
  })
  const top = { schemaVersion: 2, manifests: [named(index, 'index'), named(manifests[0] ?? {}, 'amd64')] }
  writeFileSync(join(folder, 'index.json'), JSON.stringify(top))
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  return folder
}

test('a whole image of one platform out of an index', { skip }, async () => {
  await using at = await testClient()
  const session = at.client.session()
  const reference = parseReference(`${host}/team/app:index`)
  const resolved = await session.resolve(reference)
  assert.equal(resolved.mediaType, OCI_INDEX)
  const { document: index } = await session.fetchDocument(reference, { descriptor: resolved })
  assert.ok(index.kind === 'index')
  const [best] = matchingManifests(index.manifests, parsePlatform('linux/amd64'))
  assert.ok(best !== undefined)
  const { document } = await session.fetchDocument(reference, { descriptor: best })
  assert.ok(document.kind === 'manifest')
  const config = parseImageConfig(await session.fetchBytes(reference, document.config, { limit: 1 << 20 }))
  checkLayers(document, config)
  assert.deepEqual(config.defaults.cmd, ['sh'])
  for (const layer of document.layers) {
    assert.deepEqual(await session.fetchBlob(reference, layer, at.store), { digest: layer.digest, size: layer.size })
    assert.equal(await at.store.verify(layer.digest), true)
  }
  const single = await session.resolve(parseReference(`${host}/team/app:amd64`))
  assert.equal(single.digest, best.digest)
  const byDigest = withDigest(reference, best.digest)
  assert.deepEqual((await session.resolve(byDigest)).digest, best.digest)
})

test('a layer goes on where it stopped', { skip }, async () => {
  await using at = await testClient()
  const session = at.client.session()
  const reference = parseReference(`${host}/team/app:amd64`)
  const { document } = await session.fetchDocument(reference)
  const layer = document.kind === 'manifest' ? document.layers[0] : undefined
  assert.ok(layer !== undefined)
  await session.fetchBlob(reference, layer, at.store)
  const half = Math.floor(layer.size / 2)
  const first = Buffer.concat(await Array.fromAsync(at.store.read(layer.digest, { length: half })))
  await at.store.delete(layer.digest)
  {
    await using writer = await at.store.ingest(`blob ${layer.digest}`, { expected: layer })
    await writer?.write(first)
  }
  const seen: number[] = []
  await session.fetchBlob(reference, layer, at.store, { progress: bytes => void seen.push(bytes) })
  assert.ok((seen[0] ?? 0) > half)
  assert.equal(await at.store.verify(layer.digest), true)
})

test('its refusals are understood', { skip }, async () => {
  await using at = await testClient()
  const session = at.client.session()
  await assert.rejects(session.resolve(parseReference(`${host}/team/app:none`)), {
    kind: 'not-found',
    message: `manifest for ${host}/team/app:none not found: manifest unknown: manifest unknown`,
  })
  await assert.rejects(session.resolve(parseReference(`${host}/nobody/nothing`)), {
    kind: 'not-found',
    message: /not found: (manifest|name) unknown: /,
  })
  const digest = digestOf('nowhere')
  const blob = { ...(await session.resolve(parseReference(`${host}/team/app:amd64`))), digest }
  await assert.rejects(session.fetchBlob(parseReference(`${host}/team/app`), blob, at.store), {
    kind: 'not-found',
    message: new RegExp(`^${host}/team/app@${digest} not found at ${host}: blob unknown: `),
  })
})
