/** Starting and ending a daemon: what it needs, what it refuses, what stays when it goes. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { clientEnvironment, GANTRY, systemSkip, TestEngine } from '../support/engine.ts'
import { run } from '../support/process.ts'

const skip = systemSkip()
const folder = mkdtempSync(join(tmpdir(), 'gantry-daemon-'))
after(() => rmSync(folder, { recursive: true }))

const daemon = (...args: string[]) => run(GANTRY, ['daemon', ...args], { env: clientEnvironment(), timeout: 20_000 })

test('containers run on while the daemon is stopped, and are known afterwards', { skip }, async () => {
  await using engine = await TestEngine.start()
  const made = (
    await engine.api('POST', '/containers/create?name=steady', {
      Image: 'busybox',
      Cmd: ['sh', '-c', 'for i in 1 2 3 4 5 6; do echo $i; sleep 0.1; done; exit 9'],
    })
  ).json as { Id: string }
  const lasting = (
    await engine.api('POST', '/containers/create', { Image: 'busybox', Cmd: ['sleep', '1000'], OpenStdin: true })
  ).json as { Id: string }
  for (const { Id } of [made, lasting]) assert.equal((await engine.api('POST', `/containers/${Id}/start`)).status, 204)
  const before = (await engine.api('GET', `/containers/${lasting.Id}/json`)).json as {
    State: { Pid: number; StartedAt: string }
  }
  await engine.endDaemon('SIGTERM')
  assert.equal(existsSync(engine.socket), false, 'the socket goes with the daemon')
  await new Promise(resolve => setTimeout(resolve, 800))
  await engine.startDaemon()
  const ended = (await engine.api('GET', '/containers/steady/json')).json as {
    State: { Status: string; ExitCode: number; FinishedAt: string }
  }
  assert.deepEqual([ended.State.Status, ended.State.ExitCode], ['exited', 9])
  assert.match((await engine.api('GET', '/containers/steady/logs?stdout=1')).text, /1\n[\s\S]*6\n$/)
  const running = (await engine.api('GET', `/containers/${lasting.Id}/json`)).json as {
    State: { Pid: number; StartedAt: string }
  }
  assert.deepEqual(running.State, before.State)
  assert.equal((await engine.api('POST', `/containers/${lasting.Id}/kill`)).status, 204)
})

test('exit codes, and the removal that was asked for, survive a dead daemon', { skip }, async () => {
  await using engine = await TestEngine.start()
  const start = async (command: string, AutoRemove = false) => {
    const { Id } = (
      await engine.api('POST', '/containers/create', {
        Image: 'busybox',
        Cmd: ['sh', '-c', command],
        HostConfig: { AutoRemove },
      })
    ).json as { Id: string }
    assert.equal((await engine.api('POST', `/containers/${Id}/start`)).status, 204)
    return Id
  }
  const ids = [await start('sleep 0.3; exit 0'), await start('sleep 0.3; exit 1'), await start('sleep 0.3; exit 139')]
  const gone = await start('sleep 0.3', true)
  await engine.endDaemon('SIGKILL')
  await new Promise(resolve => setTimeout(resolve, 600))
  await engine.startDaemon()
  const codes: number[] = []
  for (const id of ids)
    codes.push(
      ((await engine.api('GET', `/containers/${id}/json`)).json as { State: { ExitCode: number } }).State.ExitCode,
    )
  assert.deepEqual(codes, [0, 1, 139])
  assert.equal((await engine.api('GET', `/containers/${gone}/json`)).status, 404)
})

test('a second daemon on the same roots, or on a socket in use, is refused in one line', { skip }, async () => {
  await using engine = await TestEngine.startEmpty()
  const same = await daemon(
    '--data-root',
    engine.dataRoot,
    '--exec-root',
    join(folder, 'r1'),
    '-H',
    `unix://${folder}/a.sock`,
  )
  assert.equal(same.code, 1)
  assert.match(
    same.stderr,
    /^gantry daemon: another daemon uses the data root \S+: stop it, or choose another with --data-root DIR\n$/,
  )
  const socket = await daemon('--data-root', join(folder, 'd2'), '--exec-root', join(folder, 'r2'), '-H', engine.host)
  assert.match(
    socket.stderr,
    /gantry daemon: socket \S+ is in use: another daemon answers there: stop it, or choose another path/,
  )
  assert.equal(socket.code, 1)
  await run(GANTRY, ['system', 'teardown', '--data-root', join(folder, 'd2'), '--exec-root', join(folder, 'r2')], {
    env: clientEnvironment(),
  })
})

test('a port in use, TCP without certificates, and half of the TLS files', { skip }, async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => taken.once('listening', resolve))
  const { port } = taken.address() as { port: number }
  const roots = ['--data-root', join(folder, 'd3'), '--exec-root', join(folder, 'r3')]
  const busy = await daemon(...roots, '-H', `tcp://127.0.0.1:${port}`, '--insecure-tcp', 'i-understand')
  assert.match(
    busy.stderr,
    new RegExp(
      `gantry daemon: cannot listen on tcp://127.0.0.1:${port}: address already in use: stop what listens there`,
    ),
  )
  taken.close()
  const open = await daemon(...roots, '-H', 'tcp://0.0.0.0:0')
  assert.match(open.stderr, /without client certificates gives root on this host .*--tlsverify/)
  const half = await daemon(...roots, '-H', 'tcp://0.0.0.0:0', '--tlsverify')
  assert.match(half.stderr, /--tlsverify needs a CA, a certificate and its key/)
  assert.deepEqual([busy.code, open.code, half.code], [1, 1, 1])
  await run(GANTRY, ['system', 'teardown', ...roots], { env: clientEnvironment() })
})

test('settings: one place each, known names, right types', { skip }, async () => {
  const config = join(folder, 'daemon.json')
  const refused = async (settings: object, ...args: string[]) => {
    writeFileSync(config, JSON.stringify(settings))
    const { code, stderr } = await daemon('--config-file', config, ...args)
    assert.equal(code, 1)
    return stderr
  }
  assert.match(
    await refused({ 'data-root': '/x' }, '--data-root', '/y'),
    /specified both as a flag and in the configuration file: data-root: \(from flag: \/y, from file: \/x\)/,
  )
  assert.match(
    await refused({ 'data-rot': '/x', hosts: 'unix:///x' }),
    /data-rot \(did you mean data-root\?\); hosts must be a list of strings/,
  )
  assert.match(
    await refused({ 'log-level': 'loud' }),
    /invalid logging level: loud: use one of debug, info, warn, error/,
  )
  writeFileSync(config, '{')
  assert.match((await daemon('--config-file', config)).stderr, /cannot read configuration file/)
  assert.match((await daemon('--data-rot', '/x')).stderr, /'--data-rot'.*did you mean --data-root\?/)
})

test('without root rights and without a runtime it says what to do', { skip }, async () => {
  const unprivileged = await run(
    'setpriv',
    [
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      GANTRY,
      'daemon',
      '--data-root',
      '/tmp/x',
      '--exec-root',
      '/tmp/y',
    ],
    { env: clientEnvironment() },
  )
  assert.match(unprivileged.stderr, /gantry daemon: the daemon needs to be run as root: use sudo/)
  assert.equal(unprivileged.code, 1)
})

test('the folders of the engine are closed to other users, its socket to all but a group', { skip }, async () => {
  await using engine = await TestEngine.start()
  assert.equal(statSync(engine.socket).mode & 0o777, 0o660)
  chmodSync(engine.folder, 0o755)
  const look = await run(
    'setpriv',
    [
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      'find',
      engine.dataRoot,
      engine.execRoot,
      '-mindepth',
      '1',
      '-maxdepth',
      '2',
    ],
    {},
  )
  assert.equal(look.stdout, '')
})

test('teardown ends everything and keeps the data', { skip }, async () => {
  const engine = await TestEngine.start()
  const { Id } = (
    await engine.api('POST', '/containers/create?name=kept', {
      Image: 'busybox',
      Cmd: ['sh', '-c', 'trap "exit 7" TERM; while :; do sleep 0.05; done'],
    })
  ).json as { Id: string }
  await engine.api('POST', `/containers/${Id}/start`)
  const torn = await engine.gantry([
    'system',
    'teardown',
    '--time',
    '5',
    '--data-root',
    engine.dataRoot,
    '--exec-root',
    engine.execRoot,
  ])
  assert.deepEqual([torn.code, torn.stderr], [0, ''])
  assert.equal(existsSync(engine.execRoot), false)
  assert.equal(await engine.leaks(), '')
  mkdirSync(engine.execRoot)
  await engine.startDaemon()
  const kept = (await engine.api('GET', '/containers/kept/json')).json as { State: { ExitCode: number } }
  assert.equal(kept.State.ExitCode, 7)
  await engine[Symbol.asyncDispose]()
})
