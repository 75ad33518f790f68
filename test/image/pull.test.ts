/** Pulling, where all goes well. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { chainIds, digestOf, OCI_INDEX, OCI_LAYER_GZIP, OCI_MANIFEST, parsePlatform } from '#oci'
import { applyLayer } from '#snapshot'
import { progressText, pullText, quietly, ref, testImages, withRoot } from '../support/images.ts'
import { ScriptedRegistry } from '../support/registry.ts'
import { addIndex, addPacked, indexOf, manifestOf, plain } from '../support/registry-images.ts'
import { file, folder, symlink, tarArchive } from '../support/tar-archive.ts'

const BASE = tarArchive([folder('etc'), file('etc/name', 'base'), file('etc/gone', 'x'), symlink('link', 'etc/name')])
const TOP = tarArchive([file('etc/name', 'top'), file('etc/.wh.gone', ''), file('big', Buffer.alloc(3_000_000, 'b'))])

test('a whole image, with what a client sees of it', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const stored = registry.addImage('team/app', '1', [BASE, TOP])
  const seen: string[] = []
  const options = quietly({ onProgress: progress => void seen.push(progressText(progress)) })
  const image = await at.images.pull(ref(`${registry.host}/team/app:1`), options)
  const name = `${registry.host}/team/app`
  const chain = chainIds([BASE, TOP].map(layer => digestOf(layer)))
  const { config, lastTagged, ...rest } = image
  assert.deepEqual(rest, {
    id: stored.config.digest,
    chainId: chain[1],
    tags: [`${name}:1`],
    repoDigests: [`${name}@${stored.manifest.digest}`],
    size: 4 + 1 + 3 + 3_000_000,
    layerSizes: [5, 3_000_003],
    manifest: stored.manifest.digest,
  })
  assert.equal(config.id, image.id)
  assert.match(lastTagged ?? '', /^20.*Z$/)
  assert.deepEqual(at.images.list(), [image])
  assert.deepEqual(at.images.damaged(), [])

  const [base = '', top = ''] = stored.layers.map(layer => layer.digest.slice(7, 19))
  const of = (id: string) => seen.filter(line => line.startsWith(id)).map(line => line.slice(14).replace(/ \d.*/, ''))
  const steps = [
    'Pulling fs layer',
    'Downloading',
    'Verifying Checksum',
    'Download complete',
    'Extracting',
    'Pull complete',
  ]
  assert.deepEqual([...new Set(of(base))], steps)
  assert.deepEqual([...new Set(of(top))], steps)
  assert.equal(seen[0], '1: Pulling from team/app')
  assert.ok(seen.includes(`${top}: Downloading ${TOP.length}/${TOP.length}`))
  assert.deepEqual(seen.slice(-2), [
    `Digest: ${stored.manifest.digest}`,
    `Status: Downloaded newer image for ${name}:1`,
  ])
  assert.ok(seen.indexOf(`${base}: Pull complete`) < seen.indexOf(`${top}: Pull complete`))

  await withRoot(at, image.chainId ?? '', root => {
    assert.deepEqual(readdirSync(root).sort(), ['big', 'etc', 'link'])
    assert.equal(readFileSync(join(root, 'link'), 'utf8'), 'top')
    assert.equal(existsSync(join(root, 'etc/gone')), false)
  })
})

test('layers are unpacked by what they are, whatever they are called, and duplicates once', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const tars = [BASE, TOP, BASE, TOP]
  const packed = [gzipSync(BASE), zstdCompressSync(TOP), BASE, zstdCompressSync(TOP)]
  const name = addPacked(registry, 'app', tars, packed, OCI_LAYER_GZIP)
  let applied = 0
  await using counting = await testImages({
    overrides: {
      apply: (request, signal) => {
        applied++
        return applyLayer(request, signal)
      },
    },
  })
  const image = await counting.images.pull(name, quietly())
  assert.deepEqual(image.layerSizes, [5, 3_000_003, 5, 3_000_003])
  assert.equal(applied, 4, 'each on top of another one')
  assert.equal(registry.seen(/blobs/).length, 4, 'a configuration and three different layers')
  await withRoot(counting, image.chainId ?? '', root => {
    assert.equal(readFileSync(join(root, 'etc/name'), 'utf8'), 'top')
    assert.equal(existsSync(join(root, 'etc/gone')), false)
  })
  assert.deepEqual((await at.images.pull(name, quietly())).layerSizes, image.layerSizes)
})

test('what is here is not fetched again, and people are told', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const first = registry.addImage('app', '1', [BASE])
  await at.images.pull(ref(`${registry.host}/app:1`), quietly())
  registry.requests.length = 0
  const lines = await pullText(at, ref(`${registry.host}/app:1`))
  assert.deepEqual(lines, [
    '1: Pulling from app',
    `Digest: ${first.manifest.digest}`,
    `Status: Image is up to date for ${registry.host}/app:1`,
  ])
  assert.deepEqual(
    registry.requests.map(({ method }) => method),
    ['HEAD'],
    'looking whether a tag has moved costs no pull',
  )

  // The same base below something else, in another repository.
  registry.addImage('other', '2', [BASE, TOP])
  const more = await pullText(at, ref(`${registry.host}/other:2`))
  const base = first.layers[0]?.digest ?? ''
  assert.equal(more[1], `${base.slice(7, 19)}: Already exists`)
  assert.equal(more.at(-1), `Status: Downloaded newer image for ${registry.host}/other:2`)
  assert.deepEqual(registry.seen(new RegExp(`other/blobs/${base}`)), [])
})

test('a tag that moves leaves the old image without a name', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const name = ref(`${registry.host}/app:1`)
  registry.addImage('app', '1', [BASE])
  const old = await at.images.pull(name, quietly())
  registry.addImage('app', '1', [BASE, TOP])
  const now = await at.images.pull(name, quietly())
  assert.notEqual(now.id, old.id)
  assert.equal(at.images.resolve(`${registry.host}/app:1`).id, now.id)
  assert.deepEqual(at.images.get(old.id)?.tags, [])
  assert.deepEqual(at.images.get(old.id)?.repoDigests, old.repoDigests)
  assert.deepEqual(now.tags, [`${registry.host}/app:1`])
})

test('by digest: the image has no tag, and no repository gives what it would not show (S71)', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const { manifest } = registry.addImage('app', '1', [BASE])
  const byDigest = `${registry.host}/app@${manifest.digest}`
  const lines = await pullText(at, ref(`${registry.host}/app:gone@${manifest.digest}`))
  assert.equal(lines[0], `${byDigest}: Pulling from app`)
  assert.equal(lines.at(-1), `Status: Downloaded newer image for ${byDigest}`)
  assert.deepEqual(at.images.list()[0]?.tags, [])
  assert.deepEqual(at.images.list()[0]?.repoDigests, [byDigest])
  assert.equal(at.images.resolve(byDigest).id, at.images.list()[0]?.id)
  await assert.rejects(at.images.pull(ref(`${registry.host}/private@${manifest.digest}`), quietly()), {
    kind: 'not-found',
  })
  assert.throws(() => at.images.resolve(`${registry.host}/private@${manifest.digest}`), { kind: 'not-found' })
})

test('the platform of this host out of an index, or the one that is asked for', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const name = addIndex(registry, ['arm64', 'amd64', 's390x'], [BASE])
  const host = await at.images.pull(name, quietly())
  assert.equal(host.config.platform.architecture, 'amd64')
  const lines: string[] = []
  const other = await at.images.pull(
    name,
    quietly({ platform: parsePlatform('linux/s390x'), onProgress: line => void lines.push(progressText(line)) }),
  )
  assert.equal(other.config.platform.architecture, 's390x')
  assert.ok(!lines.some(line => line.startsWith('WARNING')))
  assert.deepEqual(at.images.get(host.id)?.repoDigests, [], 'the digest of the index leads to what was asked for last')
  await assert.rejects(at.images.pull(name, quietly({ platform: parsePlatform('linux/riscv64') })), {
    kind: 'not-found',
    message: /^no matching manifest for linux\/riscv64 in the manifest list entries$/,
  })
})

test('an image of another platform that no index led to is taken with a warning', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  registry.addImage('app', '1', [BASE], { os: 'linux', architecture: 'arm64' })
  const name = ref(`${registry.host}/app:1`)
  const lines = await pullText(at, name, { platform: parsePlatform('linux/amd64') })
  assert.ok(
    lines.includes(
      `WARNING: image with reference ${registry.host}/app:1 was found but its platform (linux/arm64) ` +
        'does not match the specified platform (linux/amd64)',
    ),
  )
  assert.ok(!(await pullText(at, name, { platform: parsePlatform('linux/arm64') })).some(line => /WARN/.test(line)))
})

test('an index within an index, and one that leaves the platform to the configuration', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const arm = registry.addImage('app', 'arm', [BASE], { os: 'linux', architecture: 'arm64' })
  const amd = registry.addImage('app', 'amd', [BASE, TOP])
  const inner = registry.addManifest('app', indexOf([plain(arm.manifest), plain(amd.manifest)]), OCI_INDEX)
  registry.addManifest('app', indexOf([plain(inner)]), OCI_INDEX, 'outer')
  const image = await at.images.pull(ref(`${registry.host}/app:outer`), quietly())
  assert.equal(image.id, amd.config.digest)
  assert.equal(image.manifest, amd.manifest.digest)
})

test('what is no image for this host is refused, and nothing of it stays', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  registry.addImage('app', 'windows', [BASE], { os: 'windows', architecture: 'amd64' })
  const layer = registry.addBlob('app', BASE, 'application/vnd.cncf.helm.chart.content.v1.tar+gzip')
  const config = registry.addBlob('app', Buffer.from('{}'), 'application/vnd.cncf.helm.config.v1+json')
  registry.addManifest('app', manifestOf(config, [layer]), OCI_MANIFEST, 'chart')
  const cases: [string, RegExp][] = [
    ['windows', /cannot download image with operating system "windows" when requesting "linux"/],
    ['chart', /unsupported media type "application\/vnd.cncf.helm/],
    ['none', /manifest for .*:none not found/],
  ]
  for (const [tag, message] of cases) {
    await assert.rejects(at.images.pull(ref(`${registry.host}/app:${tag}`), quietly()), { message })
  }
  await assert.rejects(at.images.pull(ref('scratch'), quietly()), {
    kind: 'forbidden',
    message: "'scratch' is a reserved name",
  })
  assert.deepEqual(await Array.fromAsync(at.content.list()), [], 'nothing stays of what was refused')
  assert.deepEqual(at.snapshots.list(), [])
})

test('an image without layers', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  registry.addImage('empty', '1', [])
  const image = await at.images.pull(ref(`${registry.host}/empty:1`), quietly())
  assert.equal(image.chainId, undefined)
  assert.equal(image.size, 0)
  assert.deepEqual(at.images.list(), [image])
})

test('what the client sent along is shown to the registry', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  registry.addImage('app', '1', [BASE])
  registry.tokenAuth = { user: { name: 'ann', password: 'secret' }, refreshToken: 'refresh' }
  const name = ref(`${registry.host}/app:1`)
  await assert.rejects(at.images.pull(name, quietly()), { kind: 'unauthorized' })
  for (const credentials of [
    { username: 'ann', password: 'secret' },
    { identityToken: 'refresh', username: 'x' },
  ]) {
    await at.images.pull(name, quietly({ credentials }))
  }
  const [token = ''] = registry.tokens.keys()
  await at.images.pull(name, quietly({ credentials: { registryToken: token } }))
  assert.equal(registry.requests.at(-1)?.headers.authorization, `Bearer ${token}`)
})
