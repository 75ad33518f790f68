/** kill -9 of the daemon in the middle of pulls and pushes: what has come is not fetched again, nothing is half-made. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { digestOf } from '#oci'
import { systemSkip, TestEngine } from '../support/engine.ts'
import { until } from '../support/proc.ts'
import { type RecordedRequest, ScriptedRegistry } from '../support/registry.ts'
import { addPacked } from '../support/registry-images.ts'
import { file, tarArchive } from '../support/tar-archive.ts'

const MB = 1 << 20
const SIZE = 8 * MB
const KILLS = 3
const skip = systemSkip()

function layers(count: number): Buffer[] {
  return Array.from({ length: count }, (_, at) => tarArchive([file(`noise${at}`, randomBytes(SIZE))]))
}

/** Bytes of blobs that are on their way, as the disk has them. */
function partialBytes({ dataRoot }: TestEngine): number {
  const folder = join(dataRoot, 'content/ingest')
  if (!existsSync(folder)) return 0
  const sizes = readdirSync(folder).map(key => statSync(join(folder, key, 'data'), { throwIfNoEntry: false })?.size)
  return sizes.reduce<number>((sum, size = 0) => sum + size, 0)
}

function startOf({ headers }: RecordedRequest): number {
  return Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0)
}

function pull(engine: TestEngine, host: string) {
  return engine.api('POST', `/images/create?fromImage=${host}/app&tag=1`)
}

test(`a pull whose daemon is killed ${KILLS} times fetches less than twice the bytes (R2)`, {
  skip,
  timeout: 120_000,
}, async () => {
  await using registry = await ScriptedRegistry.start()
  const tars = layers(4)
  addPacked(registry, 'app', tars, tars)
  const total = tars.reduce((sum, tar) => sum + tar.length, 0)
  await using engine = await TestEngine.startEmpty()
  for (let kill = 0; kill < KILLS; kill++) {
    const before = partialBytes(engine)
    registry.script.length = 0
    registry.fault(/\/blobs\/(?!.*uploads)/, { kind: 'stall', after: 2.5 * MB })
    const pulling = pull(engine, registry.host).catch(() => undefined)
    await until('bytes on the disk', () => partialBytes(engine) >= before + 5 * MB, 20_000)
    await engine.endDaemon('SIGKILL')
    await pulling
    await engine.startDaemon()
    assert.equal(((await engine.api('GET', '/images/json')).json as unknown[]).length, 0)
  }
  registry.script.length = 0
  const seen = registry.requests.length
  const answer = await pull(engine, registry.host)
  assert.match(answer.text, /Downloaded newer image/)
  const resumed = registry.requests.slice(seen).filter(({ url }) => tars.some(tar => url.includes(digestOf(tar))))
  assert.ok(resumed.filter(request => startOf(request) > 0).length >= 3, resumed.map(startOf).join())
  assert.ok(registry.blobBytes < 2 * total, `${registry.blobBytes} bytes for ${total}`)
  assert.equal(partialBytes(engine), 0)
})

/** An image `HOST/app:1` in the engine, from a registry that is gone. */
async function imageHere(engine: TestEngine, host: string, tars: readonly Buffer[]): Promise<string> {
  await using source = await ScriptedRegistry.start()
  addPacked(source, 'app', tars, tars)
  assert.match((await pull(engine, source.host)).text, /Downloaded newer image/)
  const digest = digestOf(source.manifest('app', '1')?.bytes ?? '')
  assert.equal((await engine.api('POST', `/images/${source.host}/app:1/tag?repo=${host}/app&tag=1`)).status, 201)
  return digest
}

test('a push whose daemon is killed is done again, and until then the registry shows nothing of it', {
  skip,
  timeout: 120_000,
}, async () => {
  await using registry = await ScriptedRegistry.start()
  await using engine = await TestEngine.startEmpty()
  const tars = layers(3)
  const digest = await imageHere(engine, registry.host, tars)
  const push = () => engine.api('POST', `/images/${registry.host}/app/push?tag=1`)
  // In the middle of a layer, when it is sent and nobody says so, and when only the manifest is missing.
  for (const [method, url, fault] of [
    ['PATCH', /\/uploads\//, { kind: 'cut', after: 3 * MB }],
    ['PATCH', /\/uploads\//, { kind: 'silence' }],
    ['PUT', /\/manifests\/1$/, { kind: 'silence' }],
  ] as const) {
    registry.script.length = 0
    registry.script.push({ method, url, fault })
    const seen = registry.requests.length
    const asked = () =>
      registry.requests.slice(seen).some(request => request.method === method && url.test(request.url))
    const pushing = push().catch(() => undefined)
    await until(`${method} ${url}`, asked, 20_000)
    await engine.endDaemon('SIGKILL')
    await pushing
    assert.equal(registry.manifest('app', '1'), undefined)
    for (const tar of tars) {
      const blob = registry.blob('app', digestOf(tar))
      assert.ok(blob === undefined || blob.equals(tar), 'a blob is whole or not there')
    }
    await engine.startDaemon()
    const [image] = (await engine.api('GET', '/images/json')).json as { RepoTags: string[] }[]
    assert.ok(image?.RepoTags.includes(`${registry.host}/app:1`))
  }
  registry.script.length = 0
  const { text } = await push()
  assert.match(text, new RegExp(`1: digest: ${digest} size: `))
  assert.equal(digestOf(registry.manifest('app', '1')?.bytes ?? ''), digest)
})
