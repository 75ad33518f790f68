/** Manifests and indexes that would lead a pull astray, or never let it end (S68, S69, S75, S76). */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { descriptor, digestOf, OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST, parseReference } from '#oci'
import { Canary } from '../support/canary.ts'
import { quietly, testImages } from '../support/images.ts'
import { ScriptedRegistry } from '../support/registry.ts'
import { plain } from '../support/registry-images.ts'

const HEX = 'a'.repeat(64)

const BAD_DIGESTS = [
  'sha256:../../x',
  `sha256:../../../../../../${'x'.repeat(41)}`,
  `sha256:${HEX.toUpperCase()}`,
  `sha256:${HEX.slice(1)}`,
  `SHA256:${HEX}`,
  `md5:${HEX.slice(0, 32)}`,
  `unknown:${HEX}`,
  `sha256:${HEX}/../x`,
  `sha256:${HEX}\0`,
  'sha256:',
  '',
]

/** Everything below a data root but its records. */
function filesOf(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(path => !path.startsWith('meta.db'))
    .sort()
}

for (const digest of BAD_DIGESTS) {
  test(`the digest ${JSON.stringify(digest).slice(0, 40)} leads nowhere, wherever it stands`, async () => {
    using canary = new Canary()
    await using registry = await ScriptedRegistry.start()
    await using at = await testImages()
    const before = filesOf(at.root)
    const config = plain(registry.addBlob('app', Buffer.from('{}'), OCI_CONFIG))
    const layer = plain(registry.addBlob('app', Buffer.from('layer'), OCI_LAYER))
    const said = { mediaType: OCI_MANIFEST, digest, size: 10, platform: { os: 'linux', architecture: 'amd64' } }
    const documents: [string, object][] = [
      [OCI_MANIFEST, { schemaVersion: 2, config: { ...config, digest }, layers: [layer] }],
      [OCI_MANIFEST, { schemaVersion: 2, config, layers: [{ ...layer, digest }] }],
      [OCI_INDEX, { schemaVersion: 2, manifests: [said] }],
    ]
    for (const [type, document] of documents) {
      registry.addManifest('app', document, type, '1')
      await assert.rejects(at.images.pull(parseReference(`${registry.host}/app:1`), quietly()), {
        kind: 'invalid-argument',
        message: /digest/,
      })
    }
    // What a registry says the digest of its answer is.
    registry.addImage('app', '1', [])
    registry.fault(/manifests/, {
      kind: 'headers',
      headers: { 'docker-content-digest': digest.replace('\0', 'x') || 'none' },
    })
    await assert.rejects(at.images.pull(parseReference(`${registry.host}/app:1`), quietly()), { kind: 'data-corrupt' })
    assert.deepEqual(filesOf(at.root), before)
    assert.ok(
      registry.requests.every(({ url }) => !url.includes('..')),
      'nothing is asked for by it',
    )
    canary.check(digest)
  })
}

test('an index of a hundred thousand manifests is refused before any of them is asked for (S75)', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const manifests = Array.from({ length: 100_000 }, (_, i) => ({
    mediaType: 'a/b',
    digest: digestOf(String(i)),
    size: 1,
  }))
  const few = manifests.slice(0, 1001)
  for (const [tag, entries, words] of [
    ['many', manifests, /longer than 4194304 bytes/],
    ['few', few, /1001 entries, at most 1000 are read/],
  ] as const) {
    registry.addManifest('app', { schemaVersion: 2, manifests: entries }, OCI_INDEX, tag)
    const pulling = at.images.pull(parseReference(`${registry.host}/app:${tag}`), quietly())
    await assert.rejects(pulling, { kind: 'invalid-argument', message: words })
  }
  assert.deepEqual(
    manifests.filter(({ digest }) => registry.requests.some(({ url }) => url.includes(digest))),
    [],
  )
})

test('indexes that name each other come to an end (S75)', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  // Eight levels, each naming the next one a hundred times.
  let next = registry.addImage('app', 'leaf', []).manifest
  for (let level = 0; level < 8; level++) {
    const entry = plain(next)
    next = registry.addManifest('app', { schemaVersion: 2, manifests: Array(100).fill(entry) }, OCI_INDEX, 'top')
  }
  await assert.rejects(at.images.pull(parseReference(`${registry.host}/app:top`), quietly()), /nested deeper than 4/)
  assert.ok(registry.requests.length < 20, `${registry.requests.length} requests`)
})

test('a configuration of a gigabyte is not read (S76)', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const config = descriptor(OCI_CONFIG, digestOf('huge'), 1 << 30)
  registry.addManifest('app', { schemaVersion: 2, config: plain(config), layers: [] }, OCI_MANIFEST, '1')
  await assert.rejects(at.images.pull(parseReference(`${registry.host}/app:1`), quietly()), {
    message: /announced with 1073741824 bytes, at most \d+ are read/,
  })
  assert.deepEqual(registry.seen(new RegExp(config.digest)), [])
})
