/**
 * Pruning while images come: by pull, load, commit and import, under names that move from one image to the next. What
 * was acknowledged and has a name, or a container, is whole afterwards and all the time; nothing else is left.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { DiskUsageResponse, ImageSummary } from '#api'
import { type Answer, systemSkip, TestEngine } from '../support/engine.ts'
import { type ArchiveImage, dockerMembers } from '../support/image-archive.ts'
import { run } from '../support/process.ts'
import { seededRandom } from '../support/random.ts'
import { ScriptedRegistry } from '../support/registry.ts'
import { addPacked } from '../support/registry-images.ts'
import { file, tarArchive } from '../support/tar-archive.ts'

const SEED = Number(process.env['GANTRY_SEED'] ?? Date.now() % 1_000_000)
const ROUNDS = 15
const LAYER_BYTES = 100_000
const DANGLING = encodeURIComponent(JSON.stringify({ dangling: ['true'] }))
const ALL = encodeURIComponent(JSON.stringify({ dangling: ['false'] }))

const random = seededRandom(SEED)
/** One of a few layers: what one image loses, the next one wants. */
const layer = () => {
  const kind = String(random(4))
  return tarArchive([file(`layer${kind}`, Buffer.alloc(LAYER_BYTES, kind))])
}
const unique = () => tarArchive([file('own', String(random(1_000_000_000)))])
const layers = () => [...new Set([layer(), layer()]), unique()]

const FIRST = tarArchive([file('first', 'x')])
const TURNS = ['one', 'two'].map(name => tarArchive([file(name, Buffer.alloc(LAYER_BYTES, name))]))

describe(`pruning while images come, seed ${SEED}`, { skip: systemSkip() }, () => {
  let engine: TestEngine
  let registry: ScriptedRegistry
  let turn = 0

  before(async () => {
    engine = await TestEngine.start()
    registry = await ScriptedRegistry.start()
    const started = await engine.gantry(['run', '-d', '--name', 'source', 'busybox', 'sleep', '1000'])
    assert.equal(started.code, 0, started.stderr)
  })

  after(async () => {
    await registry[Symbol.asyncDispose]()
    await engine[Symbol.asyncDispose]()
  })

  const prune = (filters: string) => async () =>
    assert.equal((await engine.api('POST', `/images/prune?filters=${filters}`)).status, 200)

  const systemPrune = async () => {
    const { code, stderr } = await engine.gantry(['system', 'prune', '-f'])
    assert.equal(code, 0, stderr)
  }

  /** Each makes an image of the name; says why where it did not. */
  const ways: Readonly<Record<string, (name: string) => Promise<string | undefined>>> = {
    pull: async name => {
      const tars = layers()
      const reference = addPacked(registry, name, tars, tars)
      const pulled = failure(await engine.api('POST', `/images/create?fromImage=${registry.host}/${name}&tag=1`))
      if (pulled !== undefined) return pulled
      assert.equal(reference.tag, '1')
      return failure(await engine.api('POST', `/images/${registry.host}/${name}:1/tag?repo=${name}&tag=1`))
    },
    load: async name => {
      const image: ArchiveImage = { layers: layers(), names: [`${name}:1`] }
      return failure(await engine.api('POST', '/images/load', tarArchive(dockerMembers([image]))))
    },
    // Each of two images loses its name to the other: a prune that has seen it without one meets it with one.
    again: async name => {
      const image: ArchiveImage = { layers: [FIRST, TURNS[turn++ % 2] ?? FIRST], names: [`${name}:1`] }
      return failure(await engine.api('POST', '/images/load', tarArchive(dockerMembers([image]))))
    },
    commit: async name => {
      const wrote = await engine.gantry(['exec', 'source', 'sh', '-c', `head -c ${LAYER_BYTES} /dev/urandom > /f`])
      assert.equal(wrote.code, 0, wrote.stdout + wrote.stderr)
      return failure(await engine.api('POST', `/commit?container=source&repo=${name}&tag=1`, {}))
    },
    import: async name => failure(await engine.api('POST', `/images/create?fromSrc=-&repo=${name}&tag=1`, layer())),
  }

  /** Runs all of `make` beside each of `breaks`, again and again until everything is made. */
  async function beside(make: readonly Promise<void>[], breaks: readonly (() => Promise<void>)[]): Promise<number> {
    let isOver = false
    let times = 0
    const breaking = breaks.map(async body => {
      while (!isOver) {
        await body()
        times++
      }
    })
    try {
      await Promise.all(make)
    } finally {
      isOver = true
      await Promise.all(breaking)
    }
    return times
  }

  async function checkBlobs(name: string): Promise<void> {
    const saved = await engine.api('GET', `/images/${name}/get`)
    assert.equal(saved.status, 200, `${name}: ${saved.text.slice(0, 200)}`)
    const members = await run('tar', ['-t'], { input: saved.bytes })
    assert.equal(members.code, 0, members.stderr)
    assert.match(members.stdout, /^manifest\.json$/m, name)
  }

  /** Every blob of it can be read, and every layer mounted. */
  async function checkWhole(name: string): Promise<void> {
    await checkBlobs(name)
    const made = await engine.api('POST', '/containers/create', { Image: name, Cmd: ['x'] })
    assert.equal(made.status, 201, `${name}: ${made.text}`)
    const { Id } = made.json as { Id: string }
    await checkContainer(Id)
    assert.equal((await engine.api('DELETE', `/containers/${Id}`)).status, 204)
  }

  async function checkContainer(id: string): Promise<void> {
    const { status, bytes } = await engine.api('GET', `/containers/${id}/export`)
    assert.equal(status, 200, id)
    assert.equal((await run('tar', ['-t'], { input: bytes })).code, 0, id)
  }

  const images = async () => (await engine.api('GET', '/images/json')).json as ImageSummary[]
  const tags = async () => (await images()).flatMap(({ RepoTags }) => RepoTags ?? [])

  /** Nothing stays that nobody needs. */
  async function checkClean(): Promise<void> {
    await prune(DANGLING)()
    const { Other } = (await engine.api('GET', '/system/df')).json as DiskUsageResponse
    assert.deepEqual(
      Other?.filter(({ Name }) => Name !== 'records'),
      [],
    )
    assert.equal(await engine.leaks(), '')
  }

  test('what has a name keeps its blobs and layers', async () => {
    const work = Object.entries(ways).map(async ([way, make]) => {
      for (let round = 0; round < ROUNDS; round++) {
        const name = `${way}${round % 3}`
        assert.equal(await make(name), undefined, `${way}, round ${round}`)
        await checkBlobs(`${name}:1`)
      }
    })
    const times = await beside(work, [prune(DANGLING), systemPrune])
    assert.ok(times > ROUNDS, `pruned ${times} times`)
    const there = await tags()
    for (const way of Object.keys(ways)) for (const number of [0, 1, 2]) assert.ok(there.includes(`${way}${number}:1`))
    for (const name of there) await checkWhole(name)
    await checkClean()
    await engine.endDaemon()
    await engine.startDaemon()
    assert.deepEqual((await tags()).sort(), there.sort())
    for (const name of there) await checkWhole(name)
  })

  test('what a container stands on stays, where everything else goes', async () => {
    const held: string[] = []
    const work = Object.entries(ways).map(async ([way, make]) => {
      for (let round = 0; round < ROUNDS; round++) {
        const name = `${way}-held`
        // Before it has a name of its own or a container, it may go as soon as it has come.
        const reason = await make(name)
        if (reason !== undefined) assert.match(reason, /No such image/, way)
        const made = await engine.api('POST', '/containers/create', { Image: `${name}:1`, Cmd: ['x'] })
        if (made.status === 404) continue
        assert.equal(made.status, 201, made.text)
        held.push((made.json as { Id: string }).Id)
      }
    })
    await beside(work, [prune(ALL), prune(DANGLING)])
    assert.ok(held.length > 0)
    for (const id of held) await checkContainer(id)
    for (const name of await tags()) await checkWhole(name)
    for (const id of held) assert.equal((await engine.api('DELETE', `/containers/${id}`)).status, 204)
    await prune(ALL)()
    assert.deepEqual(await tags(), ['busybox:latest'])
    await checkClean()
  })

  test('an image that gets a name while others are pruned stays', async () => {
    for (let at = 0; at < 20; at++) assert.equal(await ways['import']?.('moves'), undefined)
    const dangling = async () => (await images()).filter(({ RepoTags }) => RepoTags?.length === 0).map(({ Id }) => Id)
    const before = await dangling()
    assert.equal(before.length, 19)
    const pruning = prune(DANGLING)()
    let left = before
    while (left.length === before.length) left = await dangling()
    const named: string[] = []
    for (const id of left) {
      const { status } = await engine.api('POST', `/images/${id}/tag?repo=late&tag=${named.length}`)
      if (status === 201) named.push(`late:${named.length}`)
    }
    await pruning
    assert.ok(named.length > 0)
    const there = await tags()
    assert.deepEqual(
      named.filter(name => !there.includes(name)),
      [],
    )
  })
})

/** What an answer says went wrong, in its status or in what it streamed. */
function failure({ status, text }: Answer): string | undefined {
  return status >= 400 || /"error"/.test(text) ? text : undefined
}
