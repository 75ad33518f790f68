/** Pulling, where something goes wrong: on the way, in the image, in somebody else's pull, in one's own mind. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { chainIds, type Digest, digestOf, parseReference } from '#oci'
import { applyLayer } from '#snapshot'
import { quietly, ref, type TestImages, testImages } from '../support/images.ts'
import { seededRandom } from '../support/random.ts'
import { ScriptedRegistry } from '../support/registry.ts'
import { addPacked } from '../support/registry-images.ts'
import { file, tarArchive } from '../support/tar-archive.ts'

/** A layer of about `size` bytes that no other layer is like. */
function layer(name: string, size = 1000): Buffer {
  const random = seededRandom(size + name.length)
  return tarArchive([file(name, Buffer.from(Array.from({ length: size }, () => random(256))))])
}

/** Everything that an image left behind. */
async function leftovers({ content, snapshots }: TestImages) {
  const blobs = (await Array.fromAsync(content.list())).map(({ digest }) => digest)
  return { blobs, snapshots: snapshots.list().map(({ key }) => key), ingests: await content.ingests() }
}

test('resets: what has come is not fetched again', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const big = layer('big', 3_000_000)
  const name = addPacked(registry, 'app', [big, layer('small')], [big, layer('small')])
  const url = new RegExp(`blobs/${digestOf(big)}`)
  for (const after of [100_000, 1_200_000, 500_000]) registry.fault(url, { kind: 'reset', after }, 1)
  await at.images.pull(name, quietly())
  const ranges = registry.seen(url).map(({ headers }) => Number(/\d+/.exec(headers.range ?? '')?.[0] ?? 0))
  assert.equal(ranges.length, 4)
  assert.ok(
    ranges.every((from, i) => i === 0 || from > (ranges[i - 1] ?? 0)),
    String(ranges),
  )
})

test('bytes that change on the way are never unpacked: once is forgiven, twice is not', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const [one, two] = [layer('one'), layer('two')]
  const name = addPacked(registry, 'app', [one, two], [one, two])
  const url = new RegExp(`blobs/${digestOf(two)}`)
  registry.fault(url, { kind: 'flip', at: 700 }, 2)
  await assert.rejects(at.images.pull(name, quietly()), {
    kind: 'data-corrupt',
    message: new RegExp(`${digestOf(two)}.*does not match its digest`),
  })
  assert.deepEqual(at.images.list(), [])
  assert.equal(await at.content.has(digestOf(two)), false)
  registry.fault(url, { kind: 'flip', at: 700 }, 1)
  await at.images.pull(name, quietly())
  assert.equal(at.images.list().length, 1)
})

test('a layer that unpacks to something else than the configuration says leaves nothing (S63, S70)', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const [base, good, evil] = [layer('base'), layer('good'), layer('evil')]
  const honest = addPacked(registry, 'honest', [base, good], [base, good])
  await at.images.pull(addPacked(registry, 'base', [base], [base]), quietly())
  const before = await leftovers(at)
  // Says that it is the honest image's layer, so that whoever pulls that one would get this one's bytes.
  const poisoned = addPacked(registry, 'poisoned', [base, good], [base, gzipSync(evil)])
  await assert.rejects(at.images.pull(poisoned, quietly()), {
    kind: 'invalid-argument',
    message: new RegExp(
      `^layers from manifest don't match image configuration: .*${digestOf(evil)}.*${digestOf(good)}`,
    ),
  })
  assert.deepEqual(await leftovers(at), before)
  const image = await at.images.pull(honest, quietly())
  assert.deepEqual(at.snapshots.stat(image.chainId ?? '')?.size, 1000)
  await using other = await testImages()
  const members = Buffer.concat([gzipSync(good), gzipSync(evil)])
  const trailing = addPacked(registry, 'trailing', [base, good], [base, members])
  await assert.rejects(other.images.pull(trailing, quietly()), /don't match image configuration/)
  assert.deepEqual(await leftovers(other), { blobs: [], snapshots: [], ingests: [] })
})

test('a manifest with more or fewer layers than its configuration', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const [one, two] = [layer('one'), layer('two')]
  for (const [name, tars, blobs] of [
    ['more', [one], [one, two]],
    ['fewer', [one, two], [one]],
  ] as const) {
    await assert.rejects(at.images.pull(addPacked(registry, name, tars, blobs), quietly()), {
      message: /^layers from manifest don't match image configuration/,
    })
  }
  assert.deepEqual(await leftovers(at), { blobs: [], snapshots: [], ingests: [] })
})

test('two pulls that share layers unpack them once', async () => {
  await using registry = await ScriptedRegistry.start()
  const unpacked: string[] = []
  await using at = await testImages({
    overrides: {
      apply: async (request, signal) => {
        const result = await applyLayer(request, signal)
        unpacked.push(result.diffId)
        return result
      },
    },
  })
  const shared = [layer('a', 50_000), layer('b', 50_000)]
  const tops = ['x', 'y', 'z'].map(name => layer(name))
  const names = tops.map((top, i) => addPacked(registry, `app${i}`, [...shared, top], [...shared, top]))
  await Promise.all(names.map(name => at.images.pull(name, quietly())))
  assert.deepEqual(unpacked.sort(), [...shared, ...tops].map(tar => digestOf(tar)).sort())
  for (const tar of shared) assert.equal(registry.seen(new RegExp(`blobs/${digestOf(tar)}`)).length, 1)
})

test('20 pulls at once, some failing at every stage: the others do not notice (S79)', { timeout: 30_000 }, async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const shared = [layer('a', 200_000), layer('b', 200_000), layer('c', 200_000)]
  const gone = new AbortController()
  const pulls = Array.from({ length: 20 }, (_, i) => {
    const top = layer(`top${i}`)
    const tars = [...shared, top]
    const stage = i % 5
    const repository = `app${i}`
    const name = addPacked(registry, repository, tars, stage === 1 ? [...shared, layer('evil')] : tars)
    const status = { kind: 'status', status: 404 } as const
    if (stage === 2) registry.fault(new RegExp(`${repository}/blobs/${digestOf(top)}`), status)
    if (stage === 3) registry.fault(new RegExp(`${repository}/manifests`), status)
    const signal = stage === 4 ? gone.signal : new AbortController().signal
    // In the middle of it: a shared layer is being unpacked.
    const onProgress = ({ status }: { status: string }) => {
      if (stage === 4 && status === 'Extracting') gone.abort()
    }
    return { stage, done: at.images.pull(name, quietly({ signal, onProgress })) }
  })
  const results = await Promise.allSettled(pulls.map(({ done }) => done))
  for (const [i, result] of results.entries()) {
    const stage = pulls[i]?.stage
    // Whoever was quicker than the change of mind has his image.
    if (stage === 4) continue
    assert.equal(result.status, stage === 0 ? 'fulfilled' : 'rejected', `pull ${i}`)
  }
  assert.ok(results.some((result, i) => pulls[i]?.stage === 4 && result.status === 'rejected'))
  for (const { digest } of await Array.fromAsync(at.content.list())) assert.ok(await at.content.verify(digest))
  assert.deepEqual(at.images.damaged(), [])
  assert.deepEqual(
    at.snapshots.list().filter(({ kind }) => kind !== 'committed'),
    [],
  )
  await at.images.collect([])
  const needed = at.images.list().flatMap(({ config }) => chainIds(config.diffIds))
  assert.deepEqual(
    at.snapshots.list().map(({ key }) => key),
    [...new Set<string>(needed)].sort(),
  )
})

test('one layer that fails ends the others, and nothing runs on', async () => {
  await using registry = await ScriptedRegistry.start()
  let running = 0
  await using at = await testImages({
    overrides: {
      apply: async (_request, signal) => {
        running++
        // As a worker thread: done when it has been ended, not before.
        await new Promise<void>(resolve => signal?.addEventListener('abort', () => setImmediate(resolve)))
        running--
        throw new Error('ended')
      },
    },
  })
  const tars = [layer('one'), layer('two', 100_000), layer('three')]
  const name = addPacked(registry, 'app', tars, tars)
  registry.fault(new RegExp(`blobs/${digestOf(tars[1] ?? '')}`), { kind: 'stall', after: 10_000 })
  registry.fault(new RegExp(`blobs/${digestOf(tars[2] ?? '')}`), { kind: 'status', status: 404 })
  await assert.rejects(at.images.pull(name, quietly()), { kind: 'not-found' })
  assert.equal(running, 0)
  assert.deepEqual(
    (await at.content.ingests()).filter(({ active }) => active),
    [],
  )
  assert.deepEqual(at.snapshots.list(), [])
})

test('a pull that is cancelled leaves what the next one can use, and only that', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const tars = [layer('one', 100_000), layer('two', 2_000_000), layer('three', 1000), layer('four', 1000)]
  const name = addPacked(registry, 'app', tars, tars)
  const url = new RegExp(`blobs/${digestOf(tars[1] ?? '')}`)
  registry.fault(url, { kind: 'stall', after: 1_500_000 }, 1)
  const enough = new AbortController()
  const progress = ({ current = 0 }: { current?: number }) => {
    if (current > 1_000_000) enough.abort()
  }
  await assert.rejects(at.images.pull(name, quietly({ signal: enough.signal, onProgress: progress })), {
    kind: 'cancelled',
  })
  assert.deepEqual(at.images.list(), [])
  assert.deepEqual(
    at.snapshots.list().filter(({ kind }) => kind !== 'committed'),
    [],
  )
  assert.ok((await at.content.ingests()).every(({ active }) => !active))
  const sent = () => registry.seen(/blobs/).length
  const before = sent()
  await at.images.pull(name, quietly())
  const again = registry.seen(url).at(-1)
  const from = Number(/\d+/.exec(again?.headers.range ?? '')?.[0] ?? 0)
  assert.ok(from > 1_000_000, `went on at ${from}`)
  assert.ok(sent() - before <= 3, 'what was complete is not asked for again')
})

test('an aborted signal ends a pull before it begins, and while it waits for another', async () => {
  await using registry = await ScriptedRegistry.start()
  let entered: () => void = () => {}
  const unpacking = new Promise<void>(resolve => {
    entered = resolve
  })
  let release: () => void = () => {}
  const released = new Promise<void>(resolve => {
    release = resolve
  })
  await using at = await testImages({
    overrides: {
      apply: async (request, signal) => {
        entered()
        await released
        return await applyLayer(request, signal)
      },
    },
  })
  const tars = [layer('one')]
  const name = addPacked(registry, 'app', tars, tars)
  await assert.rejects(at.images.pull(name, quietly({ signal: AbortSignal.abort() })), { kind: 'cancelled' })
  const first = at.images.pull(name, quietly())
  await unpacking
  const patience = new AbortController()
  const seen: string[] = []
  const second = at.images.pull(
    name,
    quietly({
      signal: patience.signal,
      onProgress: ({ status }) => {
        seen.push(status)
        if (status === 'Download complete') setImmediate(() => patience.abort())
      },
    }),
  )
  await assert.rejects(second, { kind: 'cancelled' })
  release()
  await first
  assert.equal(at.images.list().length, 1)
})

test('a registry that answers nonsense is named, and its answers are bounded', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const huge = { schemaVersion: 2, config: {}, layers: [], filler: 'x'.repeat(5_000_000) }
  registry.addManifest('app', huge, 'application/vnd.oci.image.manifest.v1+json', 'huge')
  registry.addManifest('app', { manifests: [], layers: [] }, 'application/vnd.oci.image.index.v1+json', 'both')
  let index = registry.addImage('app', 'deep', [layer('x')]).manifest
  for (let i = 0; i < 6; i++) {
    const { mediaType, digest, size } = index
    index = registry.addManifest(
      'app',
      { schemaVersion: 2, manifests: [{ mediaType, digest, size }] },
      'application/vnd.oci.image.index.v1+json',
      'deep',
    )
  }
  for (const [tag, message] of [
    ['huge', /longer than/],
    ['both', /layers|manifest/],
    ['deep', /nested deeper than 4/],
  ] as const) {
    await assert.rejects(at.images.pull(parseReference(`${registry.host}/app:${tag}`), quietly()), { message })
  }
  assert.deepEqual(await leftovers(at), { blobs: [] as Digest[], snapshots: [], ingests: [] })
  await assert.rejects(at.images.pull(ref('127.0.0.1:1/nobody:1'), quietly()), { kind: 'unavailable' })
})
