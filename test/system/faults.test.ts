/** What breaks around the engine: its monitor, its disk, its files, its host. Containers go on, words say what to do. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { busyboxArchive, busyboxMembers, tarOf } from '../support/busybox.ts'
import { create, logs, remove, runToEnd, start } from '../support/containers.ts'
import { clientEnvironment, GANTRY, systemSkip, TestEngine } from '../support/engine.ts'
import { dockerMembers } from '../support/image-archive.ts'
import { memoryDisk } from '../support/memory-disk.ts'
import { descriptors, monitorPids, residentBytes, until } from '../support/proc.ts'
import { run } from '../support/process.ts'
import { seededRandom } from '../support/random.ts'
import { open } from '../support/raw-http.ts'
import { tarArchive } from '../support/tar-archive.ts'

const skip = systemSkip()
const SEED = Number(process.env['GANTRY_SEED'] ?? Date.now() % 1_000_000)
/** Of a daemon in the middle of an import or a load. */
const DEATHS = Number(process.env['GANTRY_DEATHS'] ?? 10)
const MEGABYTE = 1024 * 1024
/** A worker thread, which comes and goes with the work, holds ten or so; fifty containers that leaked would hold more. */
const WORKER_FILES = 15
const sh = (script: string) => ['sh', '-c', script]
const folder = mkdtempSync(join(tmpdir(), 'gantry-faults-'))
after(() => rmSync(folder, { recursive: true }))

interface Inspected {
  readonly State: {
    readonly Status: string
    readonly ExitCode: number
    readonly OOMKilled: boolean
    readonly Pid: number
  }
}

const inspect = async (engine: TestEngine, id: string) =>
  ((await engine.api('GET', `/containers/${id}/json`)).json as Inspected).State

test('a monitor that is killed: containers go on, their output and their codes are kept (R12)', { skip }, async () => {
  await using engine = await TestEngine.start()
  const chatty = await start(engine, { Cmd: sh('for i in $(seq 1 300); do echo $i; usleep 10000; done; exit 7') })
  const { Pid } = await inspect(engine, chatty)
  // What a monitor has read and not yet written dies with it: that takes longest for the first line.
  await until('it has said something', async () => (await logs(engine, chatty, 'stdout=1')) !== '')
  for (let death = 0; death < 3; death++) {
    const [monitor] = monitorPids(engine)
    assert.ok(monitor)
    process.kill(monitor, 'SIGKILL')
    await until('another monitor', () => monitorPids(engine).some(pid => pid !== monitor))
    assert.equal((await inspect(engine, chatty)).Pid, Pid)
    assert.equal((await runToEnd(engine, { Cmd: ['echo', 'new'] })).stdout, 'new\n')
  }
  const waited = await engine.api('POST', `/containers/${chatty}/wait`)
  assert.deepEqual(waited.json, { StatusCode: 7 })
  const said = (await logs(engine, chatty, 'stdout=1')).trimEnd().split('\n').map(Number)
  const missing = Array.from({ length: 300 }, (_, at) => at + 1).filter(line => !said.includes(line))
  assert.deepEqual(
    said,
    said.toSorted((a, b) => a - b),
  )
  assert.equal(new Set(said).size, said.length)
  // Of each death, what the monitor had read and was about to write.
  assert.ok(missing.length <= 3, `missing: ${missing.join()}`)
  await remove(engine, chatty)
})

test('a container that takes too much memory ends with 137 and OOMKilled (R15)', { skip }, async () => {
  await using engine = await TestEngine.start()
  const HostConfig = { Memory: 16 * MEGABYTE, MemorySwap: 16 * MEGABYTE }
  const greedy = await start(engine, { Cmd: sh('exec tail /dev/zero'), HostConfig })
  assert.deepEqual((await engine.api('POST', `/containers/${greedy}/wait`)).json, { StatusCode: 137 })
  assert.equal((await inspect(engine, greedy)).OOMKilled, true)
  const child = await start(engine, { Cmd: sh('tail /dev/zero; exit 3'), HostConfig })
  assert.deepEqual((await engine.api('POST', `/containers/${child}/wait`)).json, { StatusCode: 3 })
  assert.equal((await inspect(engine, child)).OOMKilled, false, 'its first process was not killed')
  const plain = await start(engine, { Cmd: ['sleep', '1000'], HostConfig })
  await engine.api('POST', `/containers/${plain}/kill`)
  assert.deepEqual((await engine.api('POST', `/containers/${plain}/wait`)).json, { StatusCode: 137 })
  assert.equal((await inspect(engine, plain)).OOMKilled, false, 'a kill is no lack of memory')
  for (const id of [greedy, child, plain]) await remove(engine, id)
})

test('a full disk: what needs room is refused with words, what frees it works, and then all does (R18-R21)', {
  skip,
}, async () => {
  using disk = memoryDisk(48)
  const dataRoot = join(disk.folder, 'data')
  await using engine = await TestEngine.startIn(dataRoot)
  await engine.importBusybox()
  const talker = await start(engine, { Cmd: sh('i=0; while :; do i=$((i+1)); echo line $i; usleep 5000; done') })
  const spare = await create(engine, { Cmd: ['true'] })
  const filler = join(disk.folder, 'filler')
  fill(filler)
  const refused: string[] = []
  for (let attempt = 0; attempt < 5; attempt++) {
    const made = await engine.api('POST', '/containers/create', { Image: 'busybox', Cmd: ['true'] })
    if (made.status !== 201) refused.push(`${made.status} ${made.text}`)
    else await engine.api('DELETE', `/containers/${(made.json as { Id: string }).Id}`)
  }
  for (const words of refused) assert.match(words, /^(507|500) .*no space left on device/)
  for (const [path, body] of [
    ['/images/create?fromSrc=-&repo=more', busyboxArchive([{ type: 'file', name: 'extra', content: 'x' }])],
    [
      '/images/load',
      tarArchive(dockerMembers([{ layers: [busyboxArchive([{ type: 'file', name: 'e', content: 'y' }])] }])),
    ],
  ] as const) {
    const answer = await engine.api('POST', path, body)
    assert.match(answer.text, /no space left on device/)
  }
  assert.equal((await engine.api('GET', '/containers/json')).status, 200)
  assert.equal((await engine.api('GET', `/containers/${talker}/logs?stdout=1`)).status, 200)
  assert.equal((await inspect(engine, talker)).Status, 'running')
  assert.equal((await engine.api('DELETE', `/containers/${spare}`)).status, 204)
  assert.equal((await engine.api('POST', `/containers/${talker}/stop?t=0`)).status, 204)
  rmSync(filler)
  assert.equal((await runToEnd(engine, { Cmd: ['echo', 'well'] })).stdout, 'well\n')
  assert.equal((await engine.api('POST', `/containers/${talker}/start`)).status, 204)
  await remove(engine, talker)
})

/** Takes all that is left of a disk. */
function fill(path: string): void {
  for (let size = MEGABYTE; size >= 1; size = Math.floor(size / 16)) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size, 'x'), { flag: 'a' })
    } catch {
      // Smaller pieces may still fit.
    }
  }
}

test('records that were damaged: the daemon says so in a line, or shows what it can read (R25)', { skip }, async () => {
  const engine = await TestEngine.start()
  const id = await create(engine, { Cmd: ['true'] })
  await engine.endDaemon('SIGTERM')
  const db = join(engine.dataRoot, 'meta.db')
  const whole = readFileSync(db)
  for (const damage of [
    () => writeFileSync(db, 'this is no database'),
    () => truncateSync(db, 100),
    () => writeFileSync(db, Buffer.concat([whole.subarray(0, 4096), Buffer.alloc(whole.length - 4096, 0xff)])),
  ]) {
    for (const suffix of ['-wal', '-shm']) rmSync(db + suffix, { force: true })
    damage()
    await assert.rejects(engine.startDaemon(), error => {
      assert.match(String(error), /gantry daemon: .*meta\.db.*/)
      assert.doesNotMatch(String(error), /\n\s+at /, 'no stack')
      return true
    })
  }
  for (const suffix of ['-wal', '-shm']) rmSync(db + suffix, { force: true })
  writeFileSync(db, whole)
  await engine.startDaemon()
  assert.equal((await inspect(engine, id)).Status, 'created')
  await remove(engine, id)
  await engine[Symbol.asyncDispose]()
})

test('the exec root wiped under a daemon without containers is made again by the next one (R11)', {
  skip,
}, async () => {
  await using engine = await TestEngine.start()
  const id = await create(engine, { Cmd: ['echo', 'again'] })
  await engine.endDaemon('SIGKILL')
  for (const pid of monitorPids(engine)) process.kill(pid, 'SIGKILL')
  await until('no monitor', () => monitorPids(engine).length === 0)
  for (const name of ['tasks', 'runtime', 'netns', 'init', 'tty'])
    rmSync(join(engine.execRoot, name), { recursive: true, force: true })
  await engine.startDaemon()
  assert.equal((await engine.api('POST', `/containers/${id}/start`)).status, 204)
  await engine.api('POST', `/containers/${id}/wait`)
  assert.equal(await logs(engine, id, 'stdout=1'), 'again\n')
  await remove(engine, id)
})

test('what a host may lack or have taken: a line each, that names the way out', { skip }, async () => {
  const roots = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'run'), '-H', `unix://${folder}/sock`]
  const daemon = async (hidden: readonly string[], ...args: string[]) => {
    const hide = hidden.map(path => `[ ! -e ${path} ] || mount --bind /dev/null ${path}`).join('; ')
    const { code, stderr } = await run(
      'unshare',
      ['-m', 'sh', '-c', `${hide || ':'}; exec "$0" "$@"`, GANTRY, 'daemon', ...roots, ...args],
      {
        env: clientEnvironment(),
        timeout: 20_000,
      },
    )
    assert.equal(code, 1, stderr)
    return stderr
  }
  const places = (name: string) =>
    ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin'].map(path => `${path}/${name}`)
  assert.match(
    await daemon([...places('crun'), ...places('runc')]),
    /^gantry daemon: no OCI runtime is installed: apt-get install crun\n$/,
  )
  assert.match(await daemon(places('nft')), /^gantry daemon: [^\n]*nft[^\n]*: apt-get install nftables\n$/)
  writeFileSync(join(folder, 'pid'), String(process.pid))
  assert.match(
    await daemon([], '--pidfile', join(folder, 'pid')),
    /^gantry daemon: pid file \S+ names a running process/m,
  )
  writeFileSync(join(folder, 'sock'), '')
  assert.match(await daemon([]), /sock is there and is no socket: remove it/)
  assert.match(await daemon([], '--default-runtime', 'kata'), /default-runtime kata is not installed/)
  rmSync(join(folder, 'sock'))
  writeFileSync(join(folder, 'plain'), '')
  assert.match(await daemon([], '--data-root', join(folder, 'plain', 'x')), /^gantry daemon: [^\n]*plain[^\n]*\n$/)
  const torn = await run(GANTRY, ['system', 'teardown', ...roots.slice(0, 4)], { env: clientEnvironment() })
  assert.equal(torn.code, 0, torn.stderr)
})

test('a daemon that dies in imports and loads leaves nothing of them (R2)', {
  skip,
  timeout: 120_000,
}, async t => {
  t.diagnostic(`GANTRY_SEED=${SEED}`)
  await using engine = await TestEngine.start()
  const random = seededRandom(SEED)
  const layer = tarOf([...busyboxMembers(), { type: 'file', name: 'big', content: Buffer.alloc(8 * MEGABYTE, 'x') }])
  const bodies = [
    ['/images/create?fromSrc=-&repo=killed', layer],
    ['/images/load', tarArchive(dockerMembers([{ layers: [layer], names: ['killed:2'] }]))],
  ] as const
  for (let round = 0; round < DEATHS; round++) {
    const [path, body] = bodies[round % 2] ?? bodies[0]
    const socket = await open(engine.socket)
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: d\r\nContent-Type: application/x-tar\r\nContent-Length: ${body.length}\r\n\r\n`,
    )
    socket.write(body)
    await new Promise(resolve => setTimeout(resolve, random(150)))
    await engine.endDaemon('SIGKILL')
    socket.destroy()
    await engine.startDaemon()
    const images = (await engine.api('GET', '/images/json')).json as { RepoTags: string[] }[]
    for (const name of images.flatMap(({ RepoTags }) => RepoTags)) {
      // Whole or not at all: what has a name can be run.
      const { code, refusal } = await runToEnd(engine, { Image: name, Cmd: ['true'] })
      assert.deepEqual([code, refusal], [0, ''], name)
    }
    for (const name of ['killed:latest', 'killed:2']) await engine.api('DELETE', `/images/${name}`)
  }
})

test('a process that ignores every polite signal is killed when its time is up (R42)', { skip }, async () => {
  await using engine = await TestEngine.start()
  const stubborn = { Cmd: sh('trap "" TERM INT QUIT HUP USR1; echo ready; while :; do sleep 1; done') }
  const ids = await Promise.all(Array.from({ length: 8 }, () => start(engine, stubborn)))
  for (const id of ids) await until('it is ready', async () => (await logs(engine, id, 'stdout=1')) === 'ready\n')
  const begun = performance.now()
  const stops = await Promise.all(ids.map(id => engine.api('POST', `/containers/${id}/stop?t=1`)))
  const took = performance.now() - begun
  assert.deepEqual(new Set(stops.map(({ status }) => status)), new Set([204]))
  assert.ok(took >= 1000 && took < 4000, `eight at once took ${took} ms`)
  for (const id of ids) assert.equal((await inspect(engine, id)).ExitCode, 137)

  const patient = await start(engine, stubborn)
  const stopping = engine.api('POST', `/containers/${patient}/stop?t=3000000`)
  // A timer of more weeks than a timer can count must not be none at all.
  await until('the signal was sent', async () => /stop\?t=3000000|ready/.test(await logs(engine, patient, 'stdout=1')))
  assert.equal((await inspect(engine, patient)).Status, 'running')
  assert.equal((await engine.api('POST', `/containers/${patient}/kill`)).status, 204)
  assert.equal((await stopping).status, 204)
  for (const id of [...ids, patient]) await remove(engine, id)
})

test('fifty containers at once, made and ended in any order: nothing stays (R35)', {
  skip,
  timeout: 120_000,
}, async t => {
  t.diagnostic(`GANTRY_SEED=${SEED}`)
  await using engine = await TestEngine.start()
  const random = seededRandom(SEED)
  const life = async () => {
    const id = await create(engine, { Cmd: sh('echo up; exec sleep 100') })
    const steps = ['start', 'stop?t=0', 'start', 'kill', 'wait', 'start', 'kill?signal=TERM']
    for (const step of steps.slice(0, random(steps.length + 1))) {
      const { status, text } = await engine.api('POST', `/containers/${id}/${step}`)
      assert.ok([200, 204, 304, 409].includes(status), `${step}: ${status} ${text}`)
    }
    await remove(engine, id)
  }
  const held = () =>
    [engine.pid, ...monitorPids(engine)].map(pid => [descriptors(pid).length, residentBytes(pid)] as const)
  const rounds: ReturnType<typeof held>[] = []
  for (let round = 0; round < 3; round++) {
    await Promise.all(Array.from({ length: 50 }, life))
    await until(
      'all is quiet',
      async () => ((await engine.api('GET', '/containers/json?all=1')).json as unknown[]).length === 0,
    )
    rounds.push(held())
  }
  const [first = [], , last = []] = rounds
  for (const [at, [files, bytes]] of last.entries()) {
    const [filesBefore, bytesBefore] = first[at] ?? [0, 0]
    assert.ok(files <= filesBefore + WORKER_FILES, `descriptors ${filesBefore} -> ${files}`)
    assert.ok(bytes < bytesBefore + 40 * MEGABYTE, `memory ${bytesBefore} -> ${bytes}`)
  }
  assert.equal(await engine.leaks(), '')
})
