/** Two thousand images that somebody has tampered with: each is taken or refused, and everything else goes on (S77). */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { GantryError } from '#lib/errors'
import { digestOf, OCI_CONFIG, OCI_MANIFEST } from '#oci'
import { loadArchive, openTestImages, quietly, ref, type TestImages } from '../support/images.ts'
import { memoryDisk } from '../support/memory-disk.ts'
import { seededRandom } from '../support/random.ts'
import { ScriptedRegistry } from '../support/registry.ts'
import { manifestOf } from '../support/registry-images.ts'
import { file, tarArchive } from '../support/tar-archive.ts'

const LAYERS = [tarArchive([file('a', 'a')]), tarArchive([file('b', 'b')])]

const CONFIG = {
  architecture: 'amd64',
  os: 'linux',
  created: '2026-01-01T00:00:00Z',
  author: 'x',
  config: {
    User: '0',
    Env: ['A=1', 'B=2'],
    Entrypoint: ['/x'],
    Cmd: ['y'],
    Labels: { a: 'b' },
    Volumes: { '/v': {} },
    ExposedPorts: { '80/tcp': {} },
    Healthcheck: { Test: ['CMD', 'x'], Interval: 5 },
    StopTimeout: 3,
  },
  rootfs: { type: 'layers', diff_ids: LAYERS.map(layer => digestOf(layer)) },
  history: [
    { created: '2026-01-01T00:00:00Z', created_by: 'x' },
    { created_by: 'y', empty_layer: true },
  ],
}

const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  2 ** 53,
  '',
  'x',
  '\0\x1b[2J',
  '../../etc/passwd',
  `sha256:${'0'.repeat(64)}`,
  'sha256:../../x',
  [],
  [null],
  [[]],
  {},
  { __proto__: null },
  JSON.parse('{"__proto__": {"x": 1}, "constructor": 7}'),
  Array.from({ length: 2000 }, () => 'x'),
]

type Random = (below: number) => number

/** `value` with something in it replaced, left out, added or doubled. */
function mutated(value: unknown, random: Random): unknown {
  if (random(5) === 0 || typeof value !== 'object' || value === null) return VALUES[random(VALUES.length)]
  if (Array.isArray(value)) {
    const list: unknown[] = [...value]
    const at = random(list.length + 1)
    const choice = random(4)
    if (choice === 0) list.splice(at, 1)
    else if (choice === 1) list.splice(at, 0, list[random(list.length)])
    else if (choice === 2) list.reverse()
    else if (list.length > 0) list[at % list.length] = mutated(list[at % list.length], random)
    return list
  }
  const entries = Object.entries(value)
  const at = random(entries.length)
  const [key, old] = entries[at] ?? ['x', null]
  const choice = random(8)
  if (choice === 0) entries.splice(at, 1)
  else if (choice === 1) entries[at] = [key.toUpperCase(), old]
  else if (choice === 2) entries.push([['layers', 'manifests', 'config', '__proto__'][random(4)] ?? '', old])
  else entries[at] = [key, mutated(old, random)]
  return Object.fromEntries(entries)
}

/** JSON of a mutation; now and then with its bytes changed too, or very deep. */
function bytesOf(value: unknown, random: Random): Buffer {
  const bytes = Buffer.from(JSON.stringify(mutated(value, random)) ?? '')
  if (random(500) === 0) return Buffer.from(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
  if (random(10) === 0 && bytes.length > 0) bytes[random(bytes.length)] = random(256)
  return random(20) === 0 ? bytes.subarray(0, random(bytes.length + 1)) : bytes
}

/** What is listed can be shown. */
function look({ images }: TestImages): void {
  for (const image of images.list()) {
    assert.equal(image.layerSizes.length, image.config.diffIds.length)
    assert.equal(images.get(image.id)?.id, image.id)
    assert.ok(image.config.history.filter(({ emptyLayer }) => !emptyLayer).length <= image.config.diffIds.length)
    JSON.stringify(image, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
  }
  assert.deepEqual(images.damaged(), [])
}

async function attempt(at: TestImages, seed: number, take: () => Promise<unknown>): Promise<boolean> {
  try {
    await take()
    return true
  } catch (error) {
    assert.ok(error instanceof GantryError, `seed ${seed}: ${error instanceof Error ? error.stack : error}`)
    assert.ok(
      ['invalid-argument', 'data-corrupt', 'not-found'].includes(error.kind),
      `seed ${seed}: ${error.kind} ${error}`,
    )
    return false
  } finally {
    if (seed % 50 === 0) {
      look(at)
      for (const { id } of at.images.list()) await at.images.remove(id)
      await at.images.collect([])
    }
  }
}

test('1,400 archives', { timeout: 60_000 }, async t => {
  using disk = memoryDisk(256)
  await using at = await openTestImages(join(disk.folder, 'root'))
  let taken = 0
  for (let seed = 1; seed <= 1400; seed++) {
    const random = seededRandom(seed)
    const manifest = [{ Config: 'config', RepoTags: ['app:1'], Layers: ['0', '1'] }]
    const which = random(4)
    const archive = tarArchive([
      file('manifest.json', which === 0 ? bytesOf(manifest, random) : JSON.stringify(manifest)),
      file('config', which === 0 ? JSON.stringify(CONFIG) : bytesOf(CONFIG, random)),
      ...LAYERS.map((layer, index) => file(String(index), layer)),
    ])
    if (await attempt(at, seed, () => loadArchive(at.images, Readable.from([archive])))) taken++
  }
  look(at)
  t.diagnostic(`${taken} were taken`)
  assert.ok(taken > 50 && taken < 1350, String(taken))
  assert.equal(Object.hasOwn(Object.prototype, 'x'), false)
})

test('600 manifests and configurations from a registry', { timeout: 60_000 }, async t => {
  await using registry = await ScriptedRegistry.start()
  using disk = memoryDisk(256)
  await using at = await openTestImages(join(disk.folder, 'root'))
  const layers = LAYERS.map(layer => registry.addBlob('app', layer))
  let taken = 0
  for (let seed = 1; seed <= 600; seed++) {
    const random = seededRandom(seed)
    const which = random(2)
    const json = which === 0 ? Buffer.from(JSON.stringify(CONFIG)) : bytesOf(CONFIG, random)
    const config = registry.addBlob('app', json, OCI_CONFIG)
    const manifest = manifestOf(config, layers)
    registry.addManifest('app', which === 0 ? bytesOf(manifest, random) : manifest, OCI_MANIFEST, 'x')
    if (await attempt(at, seed, () => at.images.pull(ref(`${registry.host}/app:x`), quietly()))) taken++
  }
  look(at)
  t.diagnostic(`${taken} were taken`)
  assert.ok(taken > 20 && taken < 580, String(taken))
})
