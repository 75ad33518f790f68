/** Several certificates of ours in certs.d: the one that the registry wants to see is found, and kept to. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { digestOf, parseReference } from '#oci'
import { certificate } from '../support/certificate.ts'
import { missingPrograms, startDockerRegistry } from '../support/docker-registry.ts'
import { ScriptedRegistry } from '../support/registry.ts'
import { type TestClient, testClient } from '../support/registry-client.ts'

const [server, one, two, three] = Array.from({ length: 4 }, () => certificate())
const skip = server === undefined ? 'openssl is not installed' : false

interface Pair {
  readonly cert: string
  readonly key: string
}

/** A client that knows the server, and has the pairs in the order of their names. */
async function clientWith(host: string, pairs: readonly (Pair | undefined)[]) {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-certs-'))
  mkdirSync(join(folder, host))
  writeFileSync(join(folder, host, 'ca.crt'), server?.cert ?? '')
  for (const [at, pair] of pairs.entries()) {
    writeFileSync(join(folder, host, `client${at}.cert`), pair?.cert ?? '')
    writeFileSync(join(folder, host, `client${at}.key`), pair?.key ?? '')
  }
  const at = await testClient({ config: { insecure: [], tls: new Map(), hostFolders: [folder] } })
  return {
    ...at,
    async [Symbol.asyncDispose]() {
      await at[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Pushes a blob and a manifest, and fetches both. */
async function pushAndFetch({ client, store }: Pick<TestClient, 'client' | 'store'>, host: string): Promise<void> {
  const session = client.session()
  const reference = parseReference(`${host}/app:1`)
  const bytes = Buffer.alloc(300_000, 'x')
  const blob = { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: digestOf(bytes), size: bytes.length }
  const config = {
    ...blob,
    mediaType: 'application/vnd.oci.image.config.v1+json',
    urls: [],
    annotations: {},
    platform: undefined,
    artifactType: '',
    data: undefined,
  }
  await session.pushBlob(reference, config, async function* (offset) {
    yield bytes.subarray(offset)
  })
  const type = 'application/vnd.oci.image.manifest.v1+json'
  const manifest = { schemaVersion: 2, mediaType: type, config: { ...blob, mediaType: config.mediaType }, layers: [] }
  await session.pushDocument(reference, type, Buffer.from(JSON.stringify(manifest)))
  await session.fetchDocument(reference)
  await session.fetchBlob(reference, config, store)
  assert.ok(await store.verify(config.digest))
}

for (const [what, order] of [
  ['first', [two, one, three]],
  ['last', [one, three, two]],
] as const) {
  test(`the right one comes ${what}: a server that hangs up on others`, { skip }, async () => {
    await using registry = await ScriptedRegistry.start({
      ...server,
      requestCert: true,
      rejectUnauthorized: true,
      ca: two?.cert,
    })
    await using at = await clientWith(registry.host, order)
    await pushAndFetch(at, registry.host)
    assert.deepEqual(at.slept, [], 'nothing was waited for')
    // A broken exchange is no reason to show another one: what was taken once is kept to.
    const connections = registry.connections
    registry.fault(/manifests/, { kind: 'close' }, 1)
    await at.client.session().fetchDocument(parseReference(`${registry.host}/app:1`))
    assert.ok(registry.connections <= connections + 1)
    assert.equal(at.slept.length, 1)
  })

  test(`the right one comes ${what}: the reference registry`, {
    skip: skip || missingPrograms('docker-registry'),
  }, async t => {
    const folder = mkdtempSync(join(tmpdir(), 'gantry-mtls-'))
    t.after(() => rmSync(folder, { recursive: true }))
    for (const [name, text] of Object.entries({ cert: server?.cert, key: server?.key, ca: two?.cert })) {
      writeFileSync(join(folder, name), text ?? '')
    }
    const file = (name: string) => join(folder, name)
    const tls = `, tls: { certificate: ${file('cert')}, key: ${file('key')}, clientcas: [${file('ca')}] }`
    const registry = await startDockerRegistry(folder, tls)
    try {
      await using at = await clientWith(registry.host, order)
      await pushAndFetch(at, registry.host)
      await using wrong = await clientWith(registry.host, [one, three])
      await assert.rejects(pushAndFetch(wrong, registry.host), {
        kind: 'unavailable',
        fix: /^all client certificates in certs\.d\/127.* were shown/,
      })
    } finally {
      await registry.stop()
    }
  })
}
