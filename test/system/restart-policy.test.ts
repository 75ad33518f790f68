/** Restart policies over the death of the daemon: what was to run runs again, what was stopped stays. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { systemSkip, TestEngine } from '../support/engine.ts'
import { until } from '../support/proc.ts'

interface Inspected {
  readonly Id: string
  readonly RestartCount: number
  readonly State: { readonly Status: string; readonly Pid: number; readonly ExitCode: number }
}

describe('restart policies', { skip: systemSkip() }, () => {
  let engine: TestEngine

  before(async () => {
    engine = await TestEngine.start()
  })
  after(() => engine[Symbol.asyncDispose]())

  async function run(name: string, policy: string, script: string): Promise<void> {
    const args = ['run', '-d', '--name', name, '--restart', policy, 'busybox', 'sh', '-c', script]
    const { code, stderr } = await engine.gantry(args)
    assert.equal(code, 0, stderr)
  }

  async function inspect(name: string): Promise<Inspected> {
    return (await engine.api('GET', `/containers/${name}/json`)).json as Inspected
  }

  async function becomes(name: string, what: string, holds: (now: Inspected) => boolean): Promise<void> {
    await until(`${name} ${what}`, async () => holds(await inspect(name)), 20_000)
  }

  function kill(pid: number): void {
    process.kill(pid, 'SIGKILL')
  }

  test('what ends while no daemon runs is started again; what was stopped by somebody is not', async () => {
    await run('always', 'always', 'exec sleep 1000')
    await run('unless', 'unless-stopped', 'exec sleep 1000')
    await run('stopped', 'unless-stopped', 'exec sleep 1000')
    await run('failing', 'on-failure:5', 'exec sleep 1000')
    await run('none', 'no', 'exec sleep 1000')
    await engine.gantry(['kill', 'stopped'])
    const names = ['always', 'unless', 'failing', 'none'] as const
    const before = await Promise.all(names.map(inspect))
    await engine.endDaemon('SIGKILL')
    for (const { State } of before) kill(State.Pid)
    await engine.startDaemon()
    for (const name of ['always', 'unless', 'failing'] as const) {
      await becomes(name, 'runs again', ({ State }) => State.Status === 'running')
    }
    const now = await Promise.all(names.map(inspect))
    assert.deepEqual(
      now.map(({ State }) => State.Status),
      ['running', 'running', 'running', 'exited'],
    )
    for (const at of [0, 1, 2]) assert.notEqual(now[at]?.State.Pid, before[at]?.State.Pid)
    assert.deepEqual((await inspect('stopped')).State.Status, 'exited')
    await engine.gantry(['rm', '-f', ...names, 'stopped'])
  })

  test('what waits for its start when the daemon dies is started by the next one', async () => {
    await run('loop', 'always', 'exit 3')
    await becomes('loop', 'waits', ({ State, RestartCount }) => State.Status === 'restarting' && RestartCount > 4)
    await engine.endDaemon('SIGKILL')
    await engine.startDaemon()
    await becomes('loop', 'has run again', ({ RestartCount }) => RestartCount > 0)
    assert.equal((await inspect('loop')).State.ExitCode, 3)
    assert.equal((await engine.gantry(['stop', 'loop'])).code, 0)
    assert.equal((await inspect('loop')).State.Status, 'exited')
    await engine.endDaemon()
    await engine.startDaemon()
    await becomes('loop', 'is started: always is always', ({ RestartCount }) => RestartCount > 0)
    assert.equal((await engine.gantry(['rm', '-f', 'loop'])).code, 0)
  })

  test('unless-stopped: stopped stays stopped over a start of the daemon, started by hand it does not', async () => {
    await run('once', 'unless-stopped', 'exec sleep 1000')
    await engine.gantry(['stop', '-t', '0', 'once'])
    await engine.endDaemon()
    await engine.startDaemon()
    assert.equal((await inspect('once')).State.Status, 'exited')
    await engine.gantry(['start', 'once'])
    const { State } = await inspect('once')
    kill(State.Pid)
    await becomes('once', 'runs again', now => now.State.Status === 'running' && now.State.Pid !== State.Pid)
    await engine.gantry(['rm', '-f', 'once'])
  })

  test('one that cannot start any more is not tried for ever', async () => {
    await run('broken', 'always', 'rm /bin/sh; exit 1')
    await becomes('broken', 'is given up', ({ State }) => State.Status === 'exited')
    assert.equal((await inspect('broken')).State.ExitCode, 127)
    await engine.gantry(['rm', '-f', 'broken'])
  })

  test('8 that end at once leave the daemon and each other alone', async () => {
    const names = Array.from({ length: 8 }, (_, at) => `crash-${at}`)
    await Promise.all(names.map(name => run(name, 'always', 'exit 1')))
    for (const name of names) await becomes(name, 'has run three times', ({ RestartCount }) => RestartCount >= 3)
    await Promise.all(names.map(name => engine.gantry(['rm', '-f', name])))
    assert.deepEqual((await engine.api('GET', '/containers/json?all=1')).json, [])
  })
})
