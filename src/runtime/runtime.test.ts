import assert from 'node:assert/strict'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { randomId } from '#lib/ids'
import { createLogger } from '#lib/log'
import { detectCgroups, findProgram, hostFacts, mountAt, mounts, removeCgroup, startDetached, unmount } from '#linux'
import {
  type AttachStream,
  openRuntime,
  type ProcessSettings,
  type Runtime,
  StartRefused,
  type TaskIo,
} from './index.ts'

/** What no test here asks for. */
const PLAIN: Omit<ProcessSettings, 'args' | 'terminal'> = {
  env: ['PATH=/bin'],
  workingDir: '/',
  user: '',
  groups: [],
  hostname: 'test',
  domainname: '',
  readonlyRootfs: false,
  mounts: [],
  binds: [],
  shmSize: 65536,
  sharedMemory: { kind: 'private' },
  network: { kind: 'host' },
  namespaces: { pid: 'own', ipc: 'own', uts: 'own', cgroup: 'own' },
  limits: {
    memory: undefined,
    memorySwap: undefined,
    memoryReservation: undefined,
    swappiness: undefined,
    oomKillDisable: false,
    pids: undefined,
    cpu: {
      shares: undefined,
      period: undefined,
      quota: undefined,
      realtimePeriod: undefined,
      realtimeRuntime: undefined,
      cpus: undefined,
      mems: undefined,
    },
    block: { weight: undefined, weights: [], readBytes: [], writeBytes: [], readOperations: [], writeOperations: [] },
  },
  ulimits: [],
  devices: [],
  deviceRules: [],
  confinement: {
    privileged: false,
    addedCapabilities: [],
    droppedCapabilities: [],
    seccomp: { kind: 'default' },
    noNewPrivileges: false,
    apparmor: undefined,
    maskedPaths: undefined,
    readonlyPaths: undefined,
  },
  sysctls: {},
  oomScore: 0,
  annotations: {},
}

const folder = mkdtempSync(join(tmpdir(), 'gantry-runtime-'))
const execRoot = join(folder, 'run')
const image = join(folder, 'image')
const logs = join(folder, 'logs')
const crun = findProgram('crun')
/** Of this run alone: another may be under way on the same host. */
const GROUP = `/gantry-runtime-test-${process.pid}`
const skip = crun === undefined || !existsSync('/bin/busybox') ? 'needs crun and busybox-static' : false
const log = createLogger('error', line => void process.stderr.write(line))

const NOTHING_LOGGED: TaskIo = { terminal: false, openStdin: false, stdinOnce: false, log: { kind: 'none' } }

let runtime: Runtime
let monitorPid = 0
/** What the next monitor's start waits for. */
let mayStart: Promise<void> = Promise.resolve()

async function connect(): Promise<Runtime> {
  return await openRuntime({
    execRoot,
    log,
    machine: hostFacts().machine,
    startMonitor: async () => {
      await mayStart
      monitorPid = await startDetached({
        file: process.execPath,
        args: [join(import.meta.dirname, '../cmd/main.ts'), 'monitor', '--exec-root', execRoot],
        env: { PATH: process.env['PATH'] ?? '' },
        log: join(folder, 'monitor.log'),
      })
    },
  })
}

before(async () => {
  for (const name of ['bin', 'dev', 'proc', 'sys', 'etc', 'tmp']) mkdirSync(join(image, name), { recursive: true })
  mkdirSync(logs)
  mkdirSync(execRoot, { mode: 0o700 })
  mountAt(execRoot, { type: 'tmpfs', source: 'tmpfs', options: ['mode=0700', 'size=64m'] })
  if (skip !== false) return
  copyFileSync('/bin/busybox', join(image, 'bin/busybox'))
  for (const name of ['sh', 'true', 'cat', 'sleep', 'echo', 'yes', 'head', 'ls', 'stty', 'dd'])
    symlinkSync('busybox', join(image, 'bin', name))
  writeFileSync(join(image, 'text'), 'no program')
  writeFileSync(join(image, 'odd'), '#!/no/such/interpreter\n')
  chmodSync(join(image, 'odd'), 0o755)
  runtime = await connect()
})

after(async () => {
  if (skip === false) await runtime.shutdown()
  removeCgroup(detectCgroups(), GROUP)
  while (unmount(execRoot));
  rmSync(folder, { recursive: true })
})

function fileLog(id: string): TaskIo['log'] {
  return { kind: 'json-file', path: join(logs, `${id}.log`), maxSize: undefined, maxFiles: 1 }
}

interface Started {
  readonly id: string
  readonly pid: number
  readonly startTime: number
}

async function start(args: readonly string[], io: Partial<TaskIo> = {}, id = randomId()): Promise<Started> {
  const whole = { ...NOTHING_LOGGED, log: fileLog(id), ...io }
  const { pid, startTime } = await runtime.start(id, {
    io: whole,
    rootfs: [{ type: 'bind', source: image, options: ['rbind'] }],
    cgroup: `${GROUP}/${id}`,
    runtime: { name: 'crun', path: crun ?? '', takesSeccompPrograms: true },
    settings: { ...PLAIN, args, terminal: whole.terminal ? { columns: 80, rows: 24 } : undefined },
  })
  return { id, pid, startTime }
}

async function run(args: readonly string[], io: Partial<TaskIo> = {}) {
  const { id } = await start(args, io)
  const exit = await runtime.exited(id)
  const path = join(logs, `${id}.log`)
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
  const output = lines.filter(line => line !== '').map(line => JSON.parse(line) as { log: string; stream: string })
  await runtime.remove(id)
  return { exit, output }
}

async function readAll(stream: AttachStream): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream.output) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Payloads of stdcopy frames by stream number. */
function unframe(bytes: Buffer): Record<number, string> {
  const found: Record<number, string> = {}
  for (let at = 0; at < bytes.length; ) {
    const stream = bytes.readUInt8(at)
    const length = bytes.readUInt32BE(at + 4)
    found[stream] = (found[stream] ?? '') + bytes.toString('utf8', at + 8, at + 8 + length)
    at += 8 + length
  }
  return found
}

async function logHolds(id: string, words: string): Promise<void> {
  const path = join(logs, `${id}.log`)
  for (let tries = 0; !(existsSync(path) && readFileSync(path, 'utf8').includes(words)); tries++) {
    assert.ok(tries < 1000, `${path} never holds "${words}"`)
    await delay(2)
  }
}

async function gone(id: string): Promise<void> {
  const path = join(execRoot, 'tasks', id)
  for (let tries = 0; existsSync(path); tries++) {
    assert.ok(tries < 500, `${path} stays`)
    await delay(10)
  }
}

test('a command runs, its output is logged, its code arrives, nothing is left', { skip }, async () => {
  const { id } = await start(['sh', '-c', 'echo out; echo err >&2; exit 7'])
  const exit = await runtime.exited(id)
  assert.equal(exit.code, 7)
  assert.equal(exit.oomKilled, false)
  const entries = readFileSync(join(logs, `${id}.log`), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { log: string; stream: string })
  assert.deepEqual(entries.map(({ log, stream }) => [log, stream]).sort(), [
    ['err\n', 'stderr'],
    ['out\n', 'stdout'],
  ])
  await runtime.remove(id)
  await gone(id)
  assert.equal(
    mounts().some(mount => mount.target.includes(id)),
    false,
  )
  assert.deepEqual(readdirSync(join(execRoot, 'runtime')), [])
})

test('a killed process has 128 + signal', { skip }, async () => {
  const { id, pid, startTime } = await start(['sleep', '100'])
  assert.equal(runtime.signal({ pid, startTime: startTime + 1 }, 9), false)
  assert.equal(runtime.signal({ pid, startTime }, 9), true)
  const exit = await runtime.exited(id)
  assert.equal(exit.code, 137)
  assert.equal(exit.oomKilled, false)
  await runtime.remove(id)
})

test('a container starts again while its last run is being taken away', { skip }, async () => {
  const id = randomId()
  for (let round = 0; round < 20; round++) {
    await start(['true'], {}, id)
    assert.equal((await runtime.exited(id)).code, 0)
    await runtime.remove(id)
  }
})

test('clients that join before the start miss nothing', { skip }, async () => {
  const id = randomId()
  const io = { ...NOTHING_LOGGED, log: fileLog(id) }
  const both = await runtime.attach(id, { stdin: false, stdout: true, stderr: true }, io)
  const errors = await runtime.attach(id, { stdin: false, stdout: false, stderr: true }, io)
  await start(['sh', '-c', 'echo out; echo err >&2'], {}, id)
  assert.deepEqual(unframe(await readAll(both)), { 1: 'out\n', 2: 'err\n' })
  assert.deepEqual(unframe(await readAll(errors)), { 2: 'err\n' })
  await runtime.remove(id)
})

test('input written before the start arrives, and its end too', { skip }, async () => {
  const id = randomId()
  const io = { terminal: false, openStdin: true, stdinOnce: true, log: fileLog(id) }
  const client = await runtime.attach(id, { stdin: true, stdout: true, stderr: true }, io)
  const input = Buffer.alloc(3_000_000, 'abcdefghij\n')
  client.input.end(input)
  await start(['cat'], io, id)
  const output = unframe(await readAll(client))
  assert.equal(output[1]?.length, input.length)
  assert.equal(output[1], input.toString())
  assert.equal((await runtime.exited(id)).code, 0)
  await runtime.remove(id)
})

test('a terminal echoes, resizes and hangs up', { skip }, async () => {
  const id = randomId()
  const io = { terminal: true, openStdin: true, stdinOnce: true, log: fileLog(id) }
  const client = await runtime.attach(id, { stdin: true, stdout: true, stderr: true }, io)
  await start(['sh'], io, id)
  await runtime.resize(id, { columns: 111, rows: 22 })
  client.input.write('stty size; exit 4\n')
  const text = (await readAll(client)).toString()
  assert.match(text, /22 111\r\n/)
  assert.equal((await runtime.exited(id)).code, 4)
  await runtime.remove(id)
})

test('a reader that does not read slows neither the container nor other readers', { skip }, async () => {
  const id = randomId()
  const io = { ...NOTHING_LOGGED, log: { kind: 'none' } as const }
  const stuck = await runtime.attach(id, { stdin: false, stdout: true, stderr: false }, io)
  stuck.output.pause()
  const reading = await runtime.attach(id, { stdin: false, stdout: true, stderr: false }, io)
  await start(['dd', 'if=/dev/zero', 'bs=65536', 'count=320'], io, id)
  const count = (await readAll(reading)).length
  assert.ok(count > 320 * 65536, `${count}`)
  assert.equal((await runtime.exited(id)).code, 0)
  // The slow one still gets every byte when it begins to read.
  assert.equal((await readAll(stuck)).length, count)
  await runtime.remove(id)
})

test('what cannot be started is refused with words and code as Docker, and leaves nothing', { skip }, async () => {
  const cases: [string, number, RegExp][] = [
    ['nosuch', 127, /exec: "nosuch": executable file not found in \$PATH/],
    ['/nosuch', 127, /exec: "\/nosuch": stat \/nosuch: no such file or directory/],
    ['/text', 126, /exec: "\/text": permission denied/],
    ['', 127, /exec: "": executable file not found in \$PATH/],
    ['/etc', 126, /exec: "\/etc": is a directory: permission denied/],
  ]
  for (const [command, code, words] of cases) {
    const id = randomId()
    await assert.rejects(start([command], {}, id), error => {
      assert.ok(error instanceof StartRefused)
      assert.equal(error.exitCode, code)
      assert.match(error.message, words)
      return true
    })
    await gone(id)
  }
})

test('what execve refuses is told in the output, with code 255', { skip }, async () => {
  const { exit, output } = await run(['/odd'])
  assert.equal(exit.code, 255)
  assert.deepEqual(
    output.map(entry => entry.log),
    ['exec /odd: no such file or directory\n'],
  )
})

test('a daemon that comes back finds running and ended tasks', { skip }, async () => {
  const long = await start(['sh', '-c', 'echo before; sleep 0.3; echo after; exit 5'])
  const short = await start(['true'])
  await runtime.exited(short.id)
  await runtime[Symbol.asyncDispose]()
  await delay(500)
  runtime = await connect()
  const known = new Map((await runtime.tasks()).map(task => [task.id, task]))
  assert.equal(known.get(short.id)?.state, 'exited')
  assert.equal((await runtime.exited(long.id)).code, 5)
  assert.match(readFileSync(join(logs, `${long.id}.log`), 'utf8'), /before[\s\S]*after/)
  await runtime.remove(long.id)
  await runtime.remove(short.id)
})

test('a monitor killed with -9 is replaced: output goes on, exit codes are found', { skip }, async () => {
  const steady = await start(['sh', '-c', 'for i in 1 2 3 4 5 6 7 8; do echo line $i; sleep 0.1; done; exit 6'])
  const input = await start(['sh', '-c', 'sleep 0.4; exit 3'], { openStdin: true })
  // Between two lines: what a monitor has read and not yet written dies with it.
  await logHolds(steady.id, 'line 2')
  process.kill(monitorPid, 'SIGKILL')
  assert.equal((await runtime.exited(input.id)).code, 3)
  assert.equal((await runtime.exited(steady.id)).code, 6)
  const text = readFileSync(join(logs, `${steady.id}.log`), 'utf8')
  for (let line = 1; line <= 8; line++) assert.match(text, new RegExp(`line ${line}\\\\n`))
  await runtime.remove(steady.id)
  await runtime.remove(input.id)
  await gone(steady.id)
})

test('what a task says after its monitor died is kept, though it ends before the next one comes', {
  skip,
}, async () => {
  const last = await start(['sh', '-c', 'echo before; read go; echo the last words; exit 4'], { openStdin: true })
  await logHolds(last.id, 'before')
  const { promise, resolve } = Promise.withResolvers<void>()
  mayStart = promise
  // The end of its input tells the task that the monitor is gone.
  process.kill(monitorPid, 'SIGKILL')
  while (existsSync(`/proc/${last.pid}/root`)) await delay(5)
  resolve()
  assert.equal((await runtime.exited(last.id)).code, 4)
  assert.match(readFileSync(join(logs, `${last.id}.log`), 'utf8'), /the last words/)
  await runtime.remove(last.id)
})

test('the log is rotated and keeps the last files', { skip }, async () => {
  const path = join(logs, 'rotated.log')
  const { exit } = await run(['sh', '-c', 'i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done'], {
    log: { kind: 'json-file', path, maxSize: 40_000, maxFiles: 3 },
  })
  assert.equal(exit.code, 0)
  const names = readdirSync(logs)
    .filter(name => name.startsWith('rotated.log'))
    .sort()
  assert.deepEqual(names, ['rotated.log', 'rotated.log.1', 'rotated.log.2'])
  const text = [2, 1, 0].map(age => readFileSync(age === 0 ? path : `${path}.${age}`, 'utf8')).join('')
  const numbers = text
    .trim()
    .split('\n')
    .map(line => Number(/line (\d+)/.exec((JSON.parse(line) as { log: string }).log)?.[1]))
  assert.equal(numbers.at(-1), 2999)
  numbers.forEach((number, at) => {
    if (at > 0) assert.equal(number, (numbers[at - 1] ?? 0) + 1)
  })
  for (const name of names) assert.ok(readFileSync(join(logs, name)).length <= 40_000)
})
