/** A daemon that dies in the middle of a pull, and the next one that goes on (R2). */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import { WorkerPool } from '#lib/worker-pool'
import { chainIds, digestOf } from '#oci'
import type { ApplyRequest, ApplyResult } from '#snapshot'
import { openTestImages, quietly, withRoot } from '../support/images.ts'
import { memoryDisk } from '../support/memory-disk.ts'
import { seededRandom } from '../support/random.ts'
import { ScriptedRegistry } from '../support/registry.ts'
import { addPacked } from '../support/registry-images.ts'
import { file, tarArchive } from '../support/tar-archive.ts'

const KILLS = 12
const PROGRAM = fileURLToPath(new URL('../support/pull-process.ts', import.meta.url))

const random = seededRandom(7)
const old = tarArchive([file('which', 'old')])
const tars = Array.from({ length: 4 }, (_, at) =>
  tarArchive([
    file(`noise${at}`, Buffer.from(Array.from({ length: 400_000 }, () => random(256)))),
    file('which', String(at)),
  ]),
)
const blobs = tars.map((tar, at) => (at % 2 === 0 ? tar : gzipSync(tar)))

const children = new Set<ChildProcess>()
after(() => {
  for (const child of children) child.kill('SIGKILL')
})

/** Pulls in a process of its own, which is killed at a line of its progress; says how many there were. */
async function pullAndDie(
  root: string,
  reference: string,
  isTime: (line: string, count: number) => boolean,
): Promise<number> {
  const child = spawn(process.execPath, [PROGRAM, root, reference], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.add(child)
  const gone = new Promise(resolve => child.on('close', resolve))
  let seen = 0
  createInterface({ input: child.stdout }).on('line', line => {
    if (isTime(line, ++seen)) child.kill('SIGKILL')
  })
  await gone
  children.delete(child)
  return seen
}

test(`killed at ${KILLS} moments`, { timeout: 60_000 }, async t => {
  await using registry = await ScriptedRegistry.start()
  using disk = memoryDisk(256)
  // Half of them while a layer is on its way, which is as long as it takes; half of them later.
  const moments = Array.from({ length: KILLS }, (_, at) => (at < KILLS / 2 ? 1 + random(8) : 8 + random(28)))
  const states = new Set<string>()
  for (const [at, moment] of moments.entries()) {
    const root = newRoot(disk.folder, `root${at}`)
    const name = addPacked(registry, 'app', [old], [old])
    const first = await openTestImages(root)
    const before = await first.images.pull(name, quietly())
    await first[Symbol.asyncDispose]()
    addPacked(registry, 'app', tars, blobs)
    registry.script.length = 0
    const stalled = new RegExp(`blobs/${digestOf(blobs[at % blobs.length] ?? '')}`)
    if (at < KILLS / 2) registry.fault(stalled, { kind: 'stall', after: random(400_000) })
    // The last one dies when it has told that it is done.
    const isTime = (line: string, count: number) => (at === KILLS - 1 ? line.startsWith('Digest: ') : count === moment)
    const seen = await pullAndDie(root, `${registry.host}/app:1`, isTime)

    await using images = await openTestImages(root)
    const now = images.images.resolve(`${registry.host}/app:1`)
    states.add(now.id === before.id ? 'old' : 'new')
    assert.deepEqual(images.images.damaged(), [])
    assert.deepEqual(
      images.images
        .list()
        .map(({ id }) => id)
        .sort(),
      [...new Set([before.id, now.id])].sort(),
    )
    const complete: string[] = []
    for (const blob of blobs) if (await images.content.has(digestOf(blob))) complete.push(digestOf(blob))
    registry.requests.length = 0
    registry.script.length = 0
    const image = await images.images.pull(name, quietly())
    for (const digest of complete) assert.deepEqual(registry.seen(new RegExp(digest)), [], 'what was complete is used')
    await withRoot(images, image.chainId ?? '', folder => {
      assert.equal(readFileSync(join(folder, 'which'), 'utf8'), '3')
      for (const index of tars.keys()) assert.equal(readFileSync(join(folder, `noise${index}`)).length, 400_000)
    })
    await images.images.collect([])
    const wanted = [...chainIds(before.config.diffIds), ...chainIds(image.config.diffIds)]
    assert.deepEqual(
      images.snapshots.list().map(({ key }) => key),
      wanted.sort(),
    )
    assert.equal(readdirSync(join(root, 'snapshots')).length, wanted.length)
    assert.deepEqual(await images.content.ingests(), [])
    t.diagnostic(`killed at line ${seen}, ${complete.length} blobs were complete`)
  }
  assert.deepEqual([...states], ['old', 'new'])
})

function newRoot(folder: string, name: string): string {
  const root = join(folder, name)
  mkdirSync(root)
  return root
}

const many = (count: number) => Array.from({ length: count }, (_, at) => file(`f${at}`, 'x'))

function workers() {
  const program = new URL('../../src/cmd/worker.ts', import.meta.url)
  return new WorkerPool<ApplyRequest, ApplyResult>(1, () => new Worker(program))
}

test('worker threads unpack, say how far they are, and leave nothing when they are stopped', async () => {
  await using registry = await ScriptedRegistry.start()
  await using pool = workers()
  using disk = memoryDisk(256)
  const options = { overrides: { apply: (request: ApplyRequest, signal?: AbortSignal) => pool.run(request, signal) } }
  await using at = await openTestImages(newRoot(disk.folder, 'root'), options)
  const big = tarArchive([file('zeros', Buffer.alloc(50_000_000)), ...many(10_000)])
  const name = addPacked(registry, 'app', [big], [big])
  const enough = new AbortController()
  const onProgress = ({ status, current = 0 }: { status: string; current?: number }) => {
    if (status === 'Extracting' && current > 0 && current < big.length) enough.abort()
  }
  await assert.rejects(at.images.pull(name, quietly({ signal: enough.signal, onProgress })), { kind: 'cancelled' })
  assert.deepEqual(at.snapshots.list(), [])
  assert.deepEqual(readdirSync(join(at.root, 'snapshots')), [])
  const image = await at.images.pull(name, quietly())
  assert.deepEqual(image.layerSizes, [50_000_000 + 10_000])
})
