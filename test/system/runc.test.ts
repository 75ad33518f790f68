/** The other runtime, and another firewall beside ours. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Attached } from '../support/attach.ts'
import { create, logs, remove, runToEnd, start, unframed } from '../support/containers.ts'
import { clientEnvironment, systemSkip, TestEngine } from '../support/engine.ts'
import { monitorPids, until } from '../support/proc.ts'
import { run } from '../support/process.ts'

const RUNC = ['/usr/sbin/runc', '/usr/bin/runc'].some(path => existsSync(path))
const skip = systemSkip()

describe('runc', { skip: skip || (RUNC ? false : 'needs runc') }, () => {
  let engine: TestEngine

  before(async () => {
    engine = await TestEngine.start('--default-runtime', 'runc')
  })

  after(() => engine[Symbol.asyncDispose]())

  const state = async (id: string) =>
    (await engine.api('GET', `/containers/${id}/json`)).json as {
      State: { Status: string; ExitCode: number; Error: string; OOMKilled: boolean; Pid: number }
      HostConfig: { Runtime: string }
    }

  test('is what runs, by default and by name, and crun beside it', async () => {
    const byDefault = await start(engine, { Cmd: ['sleep', '100'] })
    assert.equal((await state(byDefault)).HostConfig.Runtime, 'runc')
    await remove(engine, byDefault)
    for (const Runtime of ['runc', 'crun']) {
      const { code, stdout, stderr } = await runToEnd(engine, {
        Cmd: ['sh', '-c', 'echo out; echo err >&2; exit 42'],
        HostConfig: { Runtime },
      })
      assert.deepEqual([code, stdout, stderr], [42, 'out\n', 'err\n'], Runtime)
    }
  })

  test('input, a terminal, kill, stop, start again', async () => {
    const cat = await create(engine, { Cmd: ['cat'], OpenStdin: true, StdinOnce: true })
    using client = new Attached(engine, cat, 'stream=1&stdin=1&stdout=1')
    await client.opened
    await engine.api('POST', `/containers/${cat}/start`)
    client.socket.end('through runc\n')
    assert.equal(unframed(await client.ended).toString(), 'through runc\n')
    await remove(engine, cat)

    const shell = await create(engine, {
      Cmd: ['sh', '-c', 'tty; stty size; exit 3'],
      Tty: true,
      OpenStdin: true,
      HostConfig: { ConsoleSize: [33, 77] },
    })
    using terminal = new Attached(engine, shell, 'stream=1&stdin=1&stdout=1&stderr=1')
    await terminal.opened
    await engine.api('POST', `/containers/${shell}/start`)
    assert.equal((await terminal.ended).toString(), '/dev/pts/0\r\n33 77\r\n')
    assert.equal((await state(shell)).State.ExitCode, 3)
    await remove(engine, shell)

    const id = await start(engine, { Cmd: ['sh', '-c', 'trap "exit 5" TERM; echo up; while :; do sleep 0.05; done'] })
    await until('it is up', async () => (await logs(engine, id, 'stdout=1')) === 'up\n')
    assert.equal((await engine.api('POST', `/containers/${id}/stop`)).status, 204)
    assert.equal((await state(id)).State.ExitCode, 5)
    assert.equal((await engine.api('POST', `/containers/${id}/start`)).status, 204)
    assert.equal((await engine.api('POST', `/containers/${id}/kill`)).status, 204)
    await until('it ended', async () => (await state(id)).State.Status === 'exited')
    assert.equal((await state(id)).State.ExitCode, 137)
    await remove(engine, id)
  })

  test('what cannot be started is refused as with crun', async () => {
    for (const [Cmd, words, code] of [
      [['nonesuch'], /executable file not found|no such file or directory/, 127],
      [['/etc'], /permission denied|is a directory/, 126],
    ] as const) {
      const id = await create(engine, { Cmd })
      const { status, text } = await engine.api('POST', `/containers/${id}/start`)
      assert.equal(status, 400, text)
      assert.match(text, words)
      assert.equal((await state(id)).State.ExitCode, code)
      await remove(engine, id)
    }
  })

  test('limits, capabilities, seccomp and hidden files are those of every container', async () => {
    const { stdout } = await runToEnd(engine, {
      Cmd: [
        'sh',
        '-c',
        'cat /proc/self/status; ls /proc/self/fd; unshare -m true && echo out; head -c 1 /proc/kcore | wc -c; touch /sys/x; mount -t tmpfs x /mnt && echo out',
      ],
    })
    assert.match(stdout, /^CapBnd:\t00000000a80425fb$/m)
    assert.match(stdout, /^CapInh:\t0+$/m)
    assert.match(stdout, /^Seccomp:\t2$/m)
    assert.match(stdout, /^0\n1\n2\n3\n0\n$/m)
    assert.doesNotMatch(stdout, /^out$/m)
    const id = await start(engine, {
      Cmd: ['tail', '/dev/zero'],
      HostConfig: { Memory: 16 * 1024 * 1024, MemorySwap: 16 * 1024 * 1024 },
    })
    assert.deepEqual((await engine.api('POST', `/containers/${id}/wait`)).json, { StatusCode: 137 })
    assert.equal((await state(id)).State.OOMKilled, true)
    await remove(engine, id)
  })

  test('runs on while daemon and monitor die', async () => {
    const id = await start(engine, {
      Cmd: ['sh', '-c', 'for i in $(seq 1 100); do echo $i; usleep 20000; done; exit 6'],
    })
    const { Pid } = (await state(id)).State
    await engine.endDaemon('SIGKILL')
    await engine.startDaemon()
    for (const pid of monitorPids(engine)) process.kill(pid, 'SIGKILL')
    assert.equal((await state(id)).State.Pid, Pid)
    await until('another monitor', () => monitorPids(engine).length === 1)
    assert.deepEqual((await engine.api('POST', `/containers/${id}/wait`)).json, { StatusCode: 6 })
    assert.equal(await logs(engine, id, 'stdout=1'), Array.from({ length: 100 }, (_, at) => `${at + 1}\n`).join(''))
    await remove(engine, id)
  })
})

const noIptables = existsSync('/usr/sbin/iptables-nft') ? false : 'needs iptables-nft'

test('behind a firewall that drops what is forwarded, containers reach the outside', {
  skip: skip || noIptables,
}, async () => {
  const program = join(import.meta.dirname, '../support/behind-dropped-forward.ts')
  const { code, stdout, stderr } = await run('unshare', ['-n', process.execPath, program], { env: clientEnvironment() })
  assert.equal(code, 0, stderr)
  const states = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { state: string; code: number })
  assert.equal(states.length, 4)
  for (const { state, code: left } of states) assert.equal(left, 0, state)
})
