/** Pulls at once that share layers: each is fetched once, whoever gives up half-way and whatever fails beside it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { chainIds, type Digest, digestOf, type Reference } from '#oci'
import { quietly, type TestImages, testImages } from '../support/images.ts'
import { seededRandom } from '../support/random.ts'
import { type RecordedRequest, ScriptedRegistry } from '../support/registry.ts'
import { addPacked } from '../support/registry-images.ts'
import { file, tarArchive } from '../support/tar-archive.ts'

const MB = 1 << 20
const random = seededRandom(11)

function layer(name: string, size: number): Buffer {
  return tarArchive([file(name, Buffer.from(Array.from({ length: size }, () => random(256))))])
}

const shared = [layer('a', 3 * MB), layer('b', 2 * MB)]

interface Pull {
  readonly name: Reference
  readonly top: Buffer
}

/** Images that have nothing in common but `shared`. */
function images(registry: ScriptedRegistry, count: number): Pull[] {
  return Array.from({ length: count }, (_, at) => {
    const top = layer(`top${at}`, 1000)
    return { name: addPacked(registry, `app${at}`, [...shared, top], [...shared, top]), top }
  })
}

function asked(registry: ScriptedRegistry, digest: Digest): RecordedRequest[] {
  return registry.seen(new RegExp(`blobs/${digest}`))
}

function startOf({ headers }: RecordedRequest): number {
  return Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0)
}

/** Nothing of it is under way, half there or damaged, and nothing is here that no image needs. */
async function assertWhole({ content, snapshots, images: at }: TestImages): Promise<void> {
  assert.deepEqual(at.damaged(), [])
  assert.deepEqual(await content.ingests(), [])
  for (const { digest } of await Array.fromAsync(content.list())) assert.ok(await content.verify(digest))
  const needed = at.list().flatMap(({ config }) => chainIds(config.diffIds))
  assert.deepEqual(
    snapshots
      .list()
      .map(({ key }) => key)
      .sort(),
    [...new Set<string>(needed)].sort(),
  )
}

for (const count of [2, 8]) {
  describe(`${count} pulls at once`, { timeout: 60_000 }, () => {
    test('fetch each layer once', async () => {
      await using registry = await ScriptedRegistry.start()
      await using at = await testImages()
      const pulls = images(registry, count)
      await Promise.all(pulls.map(({ name }) => at.images.pull(name, quietly())))
      for (const tar of [...shared, ...pulls.map(({ top }) => top)]) {
        assert.equal(asked(registry, digestOf(tar)).length, 1)
      }
      assert.equal(at.images.list().length, count)
      await assertWhole(at)
    })

    test('the one that fetches is cancelled: another goes on where it stopped', async () => {
      await using registry = await ScriptedRegistry.start()
      await using at = await testImages()
      const [first, ...others] = images(registry, count)
      assert.ok(first !== undefined)
      const digest = digestOf(shared[0] ?? '')
      registry.fault(new RegExp(`blobs/${digest}`), { kind: 'stall', after: 2 * MB }, 1)
      const patience = new AbortController()
      const { promise: isFetching, resolve: fetches } = Promise.withResolvers<void>()
      const onProgress = ({ current = 0 }: { current?: number }) => {
        if (current > MB) fetches()
      }
      const cancelled = at.images.pull(first.name, quietly({ signal: patience.signal, onProgress }))
      await isFetching
      const pulls = Promise.all(others.map(({ name }) => at.images.pull(name, quietly())))
      patience.abort()
      await assert.rejects(cancelled, { kind: 'cancelled' })
      await pulls
      const requests = asked(registry, digest)
      assert.equal(requests.length, 2)
      assert.ok(startOf(requests[1] ?? assert.fail()) > MB, 'it is gone on with')
      assert.ok(asked(registry, digestOf(shared[1] ?? '')).length <= 2)
      assert.equal(at.images.list().length, count - 1)
      await at.images.collect([])
      await assertWhole(at)
    })

    test('one fails: what it has fetched serves the others', async () => {
      await using registry = await ScriptedRegistry.start()
      await using at = await testImages()
      const [first, ...others] = images(registry, count)
      assert.ok(first !== undefined)
      const gone = { kind: 'status', status: 404 } as const
      registry.fault(new RegExp(`blobs/${digestOf(first.top)}`), gone)
      const results = await Promise.allSettled([first, ...others].map(({ name }) => at.images.pull(name, quietly())))
      assert.deepEqual(
        results.map(({ status }) => status),
        ['rejected', ...others.map(() => 'fulfilled')],
      )
      for (const tar of shared) {
        const requests = asked(registry, digestOf(tar))
        const starts = requests.map(startOf)
        // The one that failed may have been the one that fetched; then somebody has gone on with it.
        assert.ok(requests.length <= 2, `${requests.length} requests`)
        assert.ok(starts.slice(1).every(start => start > 0) || requests.length === 1, String(starts))
      }
      await at.images.collect([])
      await assertWhole(at)
    })
  })
}
