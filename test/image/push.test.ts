import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { PushedTag, PushOptions } from '#image'
import { InvalidArgument, NotFound } from '#lib/errors'
import { digestOf, OCI_LAYER_GZIP, parseManifest, parsePlatform, type Reference } from '#oci'
import { missingPrograms, startDockerRegistry } from '../support/docker-registry.ts'
import { importTar, progressText, pullText, quietly, ref, type TestImages, testImages } from '../support/images.ts'
import { ScriptedRegistry } from '../support/registry.ts'
import { addPacked } from '../support/registry-images.ts'
import { file, tarArchive } from '../support/tar-archive.ts'

test('an image is pushed with the very manifest and layers that it was pulled with, mounted where they are', async () => {
  await using at = await pushing()
  const tars = [tarArchive([file('a', 'lower')]), tarArchive([file('b', 'upper')])]
  const from = addPacked(
    at.registry,
    'from',
    tars,
    tars.map(tar => gzipSync(tar)),
    OCI_LAYER_GZIP,
  )
  await at.images.images.pull(from, quietly())
  const to = await at.tag(from, 'to:2')
  const { lines } = await at.push(to)
  const ids = tars.map(tar => digestOf(tar).slice(7, 19)).reverse()
  const manifest = at.registry.manifest('from', '1')
  assert.deepEqual(lines, [
    `The push refers to repository [${at.registry.host}/to]`,
    ...ids.map(id => `${id}: Preparing`),
    ...ids.map(id => `${id}: Mounted from from`),
    `2: digest: ${digestOf(manifest?.bytes ?? '')} size: ${manifest?.bytes.length}`,
  ])
  assert.deepEqual(at.registry.manifest('to', '2'), manifest)
  assert.equal(
    at.registry.seen(/uploads/).reduce((sum, { size }) => sum + size, 0),
    0,
  )
  assert.ok(at.images.images.resolve(`${at.registry.host}/to:2`).repoDigests.some(name => name.includes('/to@')))
})

test('what is there is not sent again, and the second push is the same as the first', async () => {
  await using at = await pushing()
  const name = ref(`${at.registry.host}/app:1`)
  await importTar(at.images.images, 'content', name)
  const first = await at.push(name)
  const before = at.registry.requests.length
  const second = await at.push(name)
  assert.deepEqual(second.pushed, first.pushed)
  assert.match(second.lines[2] ?? '', /: Layer already exists$/)
  assert.ok(at.registry.requests.slice(before).every(({ method }) => method !== 'POST'))
})

test('a plain layer is packed once, and unpacks to what the configuration says', async () => {
  await using at = await pushing()
  const name = ref(`${at.registry.host}/app:1`)
  const image = await importTar(at.images.images, 'content', name)
  await at.push(name)
  const stored = parseManifest(at.registry.manifest('app', '1')?.bytes ?? Buffer.alloc(0))
  const [layer] = stored.layers
  assert.ok(layer !== undefined)
  assert.equal(digestOf(gunzipSync(at.registry.blob('app', layer.digest) ?? '')), image.config.diffIds[0])
  // The packed layer takes the place of the plain one.
  const { blobs } = await at.images.images.collect([])
  assert.deepEqual(blobs, image.config.diffIds)
  await using other = await testImages()
  assert.equal((await other.images.pull(name, quietly())).id, image.id)
})

test('all tags of a repository are pushed where none is named', async () => {
  await using at = await pushing()
  for (const tag of ['1', '2']) await importTar(at.images.images, tag, ref(`${at.registry.host}/app:${tag}`))
  const { pushed } = await at.push(ref(`${at.registry.host}/app`))
  assert.deepEqual(pushed.map(({ reference }) => reference.tag).sort(), ['1', '2'])
  assert.deepEqual(
    (await pullText(at.images, ref(`${at.registry.host}/app:2`))).at(-1),
    `Status: Image is up to date for ${at.registry.host}/app:2`,
  )
})

test('what cannot be pushed is refused in Docker’s words', async () => {
  await using at = await pushing()
  const name = ref(`${at.registry.host}/app:1`)
  await importTar(at.images.images, 'content', name)
  const refused = async (reference: Reference, kind: typeof NotFound, words: RegExp, options = {}) => {
    await assert.rejects(at.push(reference, options), (error: unknown) => {
      assert.ok(error instanceof kind)
      assert.match(error.message, words)
      return true
    })
  }
  await refused(ref(`${at.registry.host}/other:1`), NotFound, /^An image does not exist locally with the tag: .*other$/)
  await refused(ref(`${at.registry.host}/app:3`), NotFound, /^tag does not exist: .*app:3$/)
  await refused(ref(`${at.registry.host}/app@${digestOf('')}`), InvalidArgument, /^cannot push a digest reference$/)
  await refused(name, NotFound, /does not match the specified platform: wanted linux\/arm64, actual: linux\/amd64/, {
    platform: parsePlatform('linux/arm64'),
  })
})

test('the reference registry takes what we push, and skopeo reads it', {
  skip: missingPrograms('docker-registry', 'skopeo'),
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-push-'))
  const registry = await startDockerRegistry(folder)
  try {
    await using images = await testImages()
    const name = ref(`${registry.host}/team/app:1`)
    const image = await importTar(images.images, 'content', name)
    const { pushed } = await push(images, name)
    const inspected = spawnSync('skopeo', ['inspect', '--tls-verify=false', `docker://${registry.host}/team/app:1`])
    assert.equal(JSON.parse(inspected.stdout.toString()).Digest, pushed[0]?.digest)
    await images.images.tag(image.id, ref(`${registry.host}/team/copy:1`))
    const { lines } = await push(images, ref(`${registry.host}/team/copy:1`))
    assert.ok(
      lines.some(line => line.endsWith(': Mounted from team/app')),
      lines.join('\n'),
    )
    await using other = await testImages()
    assert.equal((await other.images.pull(ref(`${registry.host}/team/copy:1`), quietly())).id, image.id)
  } finally {
    await registry.stop()
    rmSync(folder, { recursive: true })
  }
})

async function pushing() {
  const registry = await ScriptedRegistry.start()
  const images = await testImages()
  return {
    registry,
    images,
    push: (reference: Reference, options: Partial<PushOptions> = {}) => push(images, reference, options),
    async tag(reference: Reference, name: string): Promise<Reference> {
      const target = ref(`${registry.host}/${name}`)
      await images.images.tag(`${reference.domain}/${reference.path}:${reference.tag}`, target)
      return target
    },
    async [Symbol.asyncDispose]() {
      await images[Symbol.asyncDispose]()
      await registry[Symbol.asyncDispose]()
    },
  }
}

async function push({ images }: TestImages, reference: Reference, options: Partial<PushOptions> = {}) {
  const lines: string[] = []
  const pushed: PushedTag[] = []
  await images.push(reference, {
    platform: undefined,
    credentials: undefined,
    onProgress: progress => void (progress.current === undefined && lines.push(progressText(progress))),
    onPushed: tag => void pushed.push(tag),
    signal: new AbortController().signal,
    ...options,
  })
  return { lines, pushed }
}
