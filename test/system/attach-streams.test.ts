/** Bytes between containers, clients and the log: all of them, in order, once, whoever is slow or dies (R7, R32, R33). */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Attached } from '../support/attach.ts'
import { create, logs, remove, start, unframed } from '../support/containers.ts'
import { systemSkip, TestEngine } from '../support/engine.ts'
import { monitorPids, residentBytes, until } from '../support/proc.ts'

const skip = systemSkip()
const MEGABYTE = 1024 * 1024
const sh = (script: string) => ['sh', '-c', script]

interface Inspected {
  readonly State: { readonly Status: string; readonly ExitCode: number }
  readonly LogPath: string
}

describe('streams', { skip }, () => {
  let engine: TestEngine

  before(async () => {
    engine = await TestEngine.start()
  })

  after(() => engine[Symbol.asyncDispose]())

  const inspect = async (id: string) => (await engine.api('GET', `/containers/${id}/json`)).json as Inspected
  const waitFor = async (id: string) =>
    ((await engine.api('POST', `/containers/${id}/wait`)).json as { StatusCode: number }).StatusCode
  const begin = async (id: string) => assert.equal((await engine.api('POST', `/containers/${id}/start`)).status, 204)
  const numbers = (to: number) => Array.from({ length: to }, (_, at) => `${at + 1}\n`).join('')

  test('100 MB of any bytes arrive as they were written, at two clients', { timeout: 60_000 }, async () => {
    // A generator whose bytes are known: the md5 comes on the other stream.
    const script =
      'dd if=/dev/urandom bs=1M count=50 2>/dev/null | tee /bytes; cat /bytes; cat /bytes /bytes | md5sum >&2'
    const id = await create(engine, { Cmd: sh(script), HostConfig: { LogConfig: { Type: 'none' } } })
    using first = new Attached(engine, id, 'stream=1&stdout=1')
    using second = new Attached(engine, id, 'stream=1&stdout=1')
    using words = new Attached(engine, id, 'stream=1&stderr=1')
    await Promise.all([first.opened, second.opened, words.opened])
    await begin(id)
    const [one, two, sum] = (await Promise.all([first.ended, second.ended, words.ended])).map(unframed)
    assert.equal(one?.length, 100 * MEGABYTE)
    const md5 = createHash('md5')
      .update(one ?? '')
      .digest('hex')
    assert.equal(sum?.toString().split(' ')[0], md5)
    assert.ok(two?.equals(one ?? Buffer.alloc(0)), 'both clients got the same')
    await remove(engine, id)
  })

  test('a client that reads nothing holds nobody up', { timeout: 60_000 }, async () => {
    const id = await create(engine, {
      Cmd: sh('yes 0123456789abcdef | head -c 40000000; echo; echo end >&2'),
      HostConfig: { LogConfig: { Type: 'json-file', Config: { 'max-size': '-1' } } },
    })
    using stuck = new Attached(engine, id, 'stream=1&stdout=1&stderr=1', { reads: false })
    using quick = new Attached(engine, id, 'stream=1&stdout=1')
    await Promise.all([stuck.opened, quick.opened])
    const monitor = monitorPids(engine)[0] ?? 0
    const memory = residentBytes(monitor)
    await begin(id)
    const begun = performance.now()
    assert.equal(await waitFor(id), 0)
    assert.ok(performance.now() - begun < 15_000, 'the container is not slowed')
    const all = unframed(await quick.ended)
    assert.equal(all.length, 40_000_001)
    assert.equal(await logs(engine, id, 'stderr=1'), 'end\n')
    assert.ok(
      unframed((await engine.api('GET', `/containers/${id}/logs?stdout=1`)).bytes).equals(all),
      'the log has it',
    )
    assert.ok(residentBytes(monitor) - memory < 150 * MEGABYTE, 'memory of the monitor')
    // It gets everything after all when it begins to read.
    stuck.socket.resume()
    assert.equal(unframed(await stuck.ended).length, 40_000_001 + 'end\n'.length)
    await remove(engine, id)
  })

  test('the end of input reaches the container, input before the start as well', async () => {
    const id = await create(engine, { Cmd: sh('cat; echo over'), OpenStdin: true, StdinOnce: true })
    using client = new Attached(engine, id, 'stream=1&stdin=1&stdout=1')
    await client.opened
    client.socket.write('early ')
    await begin(id)
    client.socket.end('late\n')
    assert.equal(unframed(await client.ended).toString(), 'early late\nover\n')
    assert.equal(await waitFor(id), 0)
    await remove(engine, id)
  })

  test('StdinOnce: the input ends with its client; without it another client goes on', async () => {
    const once = await start(engine, { Cmd: sh('cat; echo over'), OpenStdin: true, StdinOnce: true })
    {
      using client = new Attached(engine, once, 'stream=1&stdin=1')
      await client.opened
      await new Promise(resolve => client.socket.write('x\n', resolve))
    }
    assert.equal(await waitFor(once), 0)
    assert.equal(await logs(engine, once, 'stdout=1'), 'x\nover\n')
    await remove(engine, once)

    const lasting = await start(engine, { Cmd: sh('cat'), OpenStdin: true })
    for (const word of ['a', 'b', 'c']) {
      using client = new Attached(engine, lasting, 'stream=1&stdin=1&stdout=1')
      await client.opened
      client.socket.write(`${word}\n`)
      await until('the word is in the log', async () => (await logs(engine, lasting, 'stdout=1')).endsWith(`${word}\n`))
    }
    assert.equal((await inspect(lasting)).State.Status, 'running')
    assert.equal(await logs(engine, lasting, 'stdout=1'), 'a\nb\nc\n')
    await remove(engine, lasting)
  })

  test('pieces of lines, lines of a megabyte, no newline at the end, and no text at all', async () => {
    const id = await start(engine, {
      Cmd: sh(
        'printf one; usleep 50000; printf two; usleep 50000; echo; echo whole; printf err >&2; usleep 50000; head -c 1000000 /dev/zero | tr "\\0" x; echo; printf "\\000\\001\\n\\303\\251\\n"; printf end',
      ),
    })
    assert.equal(await waitFor(id), 0)
    assert.equal(await logs(engine, id, 'stdout=1'), `onetwo\nwhole\n${'x'.repeat(1_000_000)}\n\x00\x01\né\nend`)
    assert.equal(await logs(engine, id, 'stderr=1'), 'err')
    // What waits for a newline comes at the end, the output before the errors.
    assert.equal(await logs(engine, id, 'stdout=1&stderr=1&tail=2'), 'enderr')
    await remove(engine, id)
  })

  test('200,000 lines through ten deaths of the daemon: each once, in order (R7)', { timeout: 60_000 }, async () => {
    const total = 200_000
    const id = await start(engine, {
      Cmd: sh(
        `seq 1 100000; for i in 1 2 3 4 5 6 7 8 9 10; do usleep 200000; seq $((100001+(i-1)*10000)) $((100000+i*10000)); done`,
      ),
    })
    for (let death = 0; death < 10; death++) {
      await engine.endDaemon('SIGKILL')
      await engine.startDaemon()
    }
    assert.equal(await waitFor(id), 0)
    assert.equal(await logs(engine, id, 'stdout=1'), numbers(total))
    await remove(engine, id)
  })

  test('a follower sees every line across rotations, and the tail reaches over files (R32)', {
    timeout: 60_000,
  }, async () => {
    const total = 30_000
    const Config = { 'max-size': '100k', 'max-file': '1000' }
    const id = await start(engine, {
      Cmd: sh(`for i in 1 2 3 4 5 6 7 8 9 10; do seq $(((i-1)*3000+1)) $((i*3000)); usleep 20000; done`),
      HostConfig: { LogConfig: { Type: 'json-file', Config } },
    })
    assert.equal(await logs(engine, id, 'stdout=1&follow=1'), numbers(total))
    const files = readdirSync(dirname((await inspect(id)).LogPath)).filter(name => name.includes('-json.log'))
    assert.ok(files.length > 10, `${files.length} files`)
    for (const tail of [0, 1, 999, 5_000, 29_999, 30_000, 99_999]) {
      const last = Math.min(tail, total)
      const expected = Array.from({ length: last }, (_, at) => `${total - last + at + 1}\n`).join('')
      assert.equal(await logs(engine, id, `stdout=1&tail=${tail}`), expected, `tail ${tail}`)
    }
    await remove(engine, id)
  })

  test('following ends with the container and has everything, a hundred times', { timeout: 90_000 }, async () => {
    const once = async (round: number) => {
      const id = await start(engine, { Cmd: sh(`printf "begin "; usleep ${(round % 10) * 3000}; seq 1 100`) })
      assert.equal(await logs(engine, id, 'stdout=1&follow=1'), `begin ${numbers(100)}`, `round ${round}`)
      await remove(engine, id)
    }
    for (let round = 0; round < 100; round += 4) await Promise.all([0, 1, 2, 3].map(at => once(round + at)))
  })

  test('a hundred short containers that remove themselves: each wait has the code', { timeout: 90_000 }, async () => {
    const once = async (round: number) => {
      const code = round % 7
      const id = await create(engine, { Cmd: sh(`echo ${round}; exit ${code}`), HostConfig: { AutoRemove: true } })
      using client = new Attached(engine, id, 'stream=1&stdout=1')
      await client.opened
      const waits = ['next-exit', 'removed'].map(condition =>
        engine.api('POST', `/containers/${id}/wait?condition=${condition}`),
      )
      // Whoever asks for the next exit must have asked before there is one.
      await engine.api('GET', '/_ping')
      await begin(id)
      const late = engine.api('POST', `/containers/${id}/wait?condition=not-running`)
      for (const { status, json } of await Promise.all(waits))
        assert.deepEqual([status, json], [200, { StatusCode: code }], `round ${round}`)
      const { status, json } = await late
      // It may be gone by now; if it is not, it says how it ended.
      if (status !== 404) assert.deepEqual(json, { StatusCode: code })
      assert.equal(unframed(await client.ended).toString(), `${round}\n`)
    }
    for (let round = 0; round < 100; round += 4) await Promise.all([0, 1, 2, 3].map(at => once(round + at)))
    assert.deepEqual((await engine.api('GET', '/containers/json?all=1')).json, [])
  })
})
