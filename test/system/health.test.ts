/** Health checks where parity cannot look: much output, processes that stay, the daemon's death. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { systemSkip, TestEngine } from '../support/engine.ts'
import { residentBytes, until } from '../support/proc.ts'

interface Health {
  readonly Status: string
  readonly FailingStreak: number
  readonly Log: readonly { readonly ExitCode: number; readonly Output: string }[]
}

describe('health checks', { skip: systemSkip() }, () => {
  let engine: TestEngine

  before(async () => {
    engine = await TestEngine.start()
  })
  after(() => engine[Symbol.asyncDispose]())

  async function run(name: string, check: string, ...flags: readonly string[]): Promise<void> {
    const args = ['run', '-d', '--name', name, '--health-cmd', check, '--health-interval', '300ms', ...flags]
    const { code, stderr } = await engine.gantry([...args, 'busybox', 'sleep', '1000'])
    assert.equal(code, 0, stderr)
  }

  async function health(name: string): Promise<Health> {
    const { json } = await engine.api('GET', `/containers/${name}/json`)
    return (json as { State: { Health: Health } }).State.Health
  }

  async function state(name: string): Promise<{ readonly Status: string; readonly ExitCode: number }> {
    const { json } = await engine.api('GET', `/containers/${name}/json`)
    return (json as { State: { Status: string; ExitCode: number } }).State
  }

  async function becomes(name: string, status: string): Promise<void> {
    await until(`${name} is ${status}`, async () => (await health(name)).Status === status, 20_000)
  }

  test('a probe that never stops writing is ended in time, and costs no memory (S89)', async () => {
    await run('loud', 'yes', '--health-timeout', '2s', '--health-retries', '1')
    const before = residentBytes(engine.pid)
    await becomes('loud', 'unhealthy')
    const [result] = (await health('loud')).Log
    assert.equal(result?.ExitCode, -1)
    assert.match(result?.Output ?? '', /^Health check exceeded timeout \(2s\): y\ny\n/)
    assert.ok(Buffer.byteLength(result?.Output ?? '') < 4200)
    assert.ok(residentBytes(engine.pid) < before + 40e6, `${before} to ${residentBytes(engine.pid)} bytes`)
    await engine.gantry(['rm', '-f', 'loud'])
  })

  test('a file decides; five results are kept; the daemon that dies takes it up again', async () => {
    await run('file', 'test ! -e /ill', '--health-retries', '2')
    await becomes('file', 'healthy')
    await engine.gantry(['exec', 'file', 'touch', '/ill'])
    await becomes('file', 'unhealthy')
    await until('five results', async () => (await health('file')).Log.length === 5)
    await engine.endDaemon('SIGKILL')
    await engine.startDaemon()
    assert.deepEqual((await health('file')).Status, 'starting')
    await engine.gantry(['exec', 'file', 'rm', '/ill'])
    await becomes('file', 'healthy')
    const told = await engine.gantry([
      ...['events', '--since', '1m', '--until=-1s', '--filter', 'container=file'],
      ...['--filter', 'event=health_status', '--format', '{{.Action}}'],
    ])
    assert.match(told.stdout, /health_status: healthy\n$/)
    assert.equal((await health('file')).Log.length, 5)
    const { stdout } = await engine.gantry(['ps', '--format', '{{.Names}} {{.Status}}'])
    assert.match(stdout, /^file Up .* \(healthy\)\n$/)
    await engine.gantry(['rm', '-f', 'file'])
  })

  test('probes leave nothing behind, and end with their container', async () => {
    await run('slow', 'sleep 1000', '--health-timeout', '300ms', '--health-retries', '1')
    await becomes('slow', 'unhealthy')
    assert.equal((await engine.gantry(['stop', '-t', '0', 'slow'])).code, 0)
    assert.equal((await health('slow')).Status, 'unhealthy')
    assert.equal(((await engine.api('GET', '/containers/slow/json')).json as { ExecIDs: unknown }).ExecIDs, null)
    await engine.gantry(['rm', 'slow'])
  })

  test('what turns unhealthy is restarted, stopped or killed where somebody wanted that', async () => {
    const flags = ['--health-retries', '1', '--health-on-failure']
    await run('again', 'false', ...flags, 'restart', '--stop-timeout', '0')
    await run('stopped', 'false', ...flags, 'stop', '--stop-signal', 'KILL')
    await run('killed', 'false', '--health-retries', '1', '--label', 'gantry.health.on-failure=kill')
    for (const name of ['stopped', 'killed']) {
      await until(`${name} has ended`, async () => (await state(name)).Status === 'exited')
      assert.equal((await state(name)).ExitCode, 137)
    }
    const filter = ['--filter', 'container=again', '--format', '{{.Action}}']
    const events = ['events', '--since', '1m', '--until=-1s', ...filter]
    await until(
      'it is started again',
      async () => {
        const { stdout } = await engine.gantry(events)
        return stdout.split('\n').filter(action => action === 'restart').length >= 2
      },
      40_000,
    )
    const refused = await engine.gantry(['create', '--health-cmd', 'true', '--health-on-failure', 'cry', 'busybox'])
    assert.deepEqual([refused.code, /use none, kill, restart or stop/.test(refused.stderr)], [1, true], refused.stderr)
    await engine.gantry(['rm', '-f', 'again', 'stopped', 'killed'])
  })

  test('a container is asked by HTTP and TCP, with no tool in its image', async () => {
    const serve = (answer: string) => `while :; do printf '${answer}' | nc -l -p 8080 >/dev/null; done`
    const start = async (name: string, script: string, ...flags: readonly string[]) => {
      const args = ['run', '-d', '--name', name, '--health-interval', '300ms', '--health-retries', '2', ...flags]
      const { code, stderr } = await engine.gantry([...args, 'busybox', 'sh', '-c', script])
      assert.equal(code, 0, stderr)
    }
    await start('well', serve('HTTP/1.0 200 OK\\r\\n\\r\\nfine'), '--health-http', ':8080/ready')
    await start('ill', serve('HTTP/1.0 503 Busy\\r\\n\\r\\nno'), '--health-http', 'http://:8080')
    await start('open', serve(''), '--health-tcp', '8080')
    await start('shut', 'exec sleep 1000', '--health-tcp', ':8080')
    await start(
      'silent',
      '(sleep 1000 | nc -l -p 8080) & exec sleep 1000',
      '--health-http',
      ':8080/',
      '--health-timeout',
      '500ms',
    )
    await becomes('well', 'healthy')
    assert.match((await health('well')).Log.at(-1)?.Output ?? '', /^(HTTP 200\nfine|connect ECONNREFUSED)/)
    await becomes('open', 'healthy')
    for (const name of ['ill', 'shut', 'silent']) await becomes(name, 'unhealthy')
    assert.match((await health('shut')).Log[0]?.Output ?? '', /ECONNREFUSED/)
    assert.match((await health('silent')).Log[0]?.Output ?? '', /exceeded timeout \(500ms\)/)
    for (const [flag, value] of [
      ['--health-http', '8080'],
      ['--health-tcp', ':0'],
    ] as const) {
      const { code, stderr } = await engine.gantry(['create', flag, value, 'busybox'])
      assert.deepEqual([code, /invalid target of a (HTTP|TCP) health check/.test(stderr)], [1, true], stderr)
    }
    await engine.gantry(['rm', '-f', 'well', 'ill', 'open', 'shut', 'silent'])
  })
})
