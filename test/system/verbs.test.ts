/** Verbs of containers that go beyond what parity can show: over the daemon's death, and with real command lines. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { detectCgroups, freezeCgroup, isCgroupFrozen, thawCgroup } from '#linux'
import { DOCKER_CLIS, dockerCli } from '../support/docker.ts'
import { GANTRY, systemSkip, TestEngine } from '../support/engine.ts'

const COUNT = 'i=0; while :; do i=$((i+1)); echo $i > /count; done'

interface Inspected {
  readonly Id: string
  readonly State: { readonly Status: string; readonly Pid: number; readonly Paused: boolean }
}

describe('verbs of containers', { skip: systemSkip() }, () => {
  let engine: TestEngine

  before(async () => {
    engine = await TestEngine.start()
  })

  after(() => engine[Symbol.asyncDispose]())

  const inspect = async (name: string) => (await engine.api('GET', `/containers/${name}/json`)).json as Inspected
  /** Where the processes of a container are held, by the kernel's own word. */
  const groupOf = async (name: string): Promise<string> => {
    const { State } = await inspect(name)
    const lines = readFileSync(`/proc/${State.Pid}/cgroup`, 'utf8').split('\n')
    const line = lines.find(text => text.includes(':freezer:')) ?? lines.find(text => text.startsWith('0::')) ?? ''
    return line.split(':').slice(2).join(':')
  }
  const begin = async (name: string): Promise<void> => {
    const { code, stderr } = await engine.gantry(['run', '-d', '--name', name, 'busybox', 'sh', '-c', COUNT])
    assert.equal(code, 0, stderr)
  }
  const ok = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await engine.gantry(args)
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`)
    return stdout.trim()
  }

  test('a container stays paused, and known to be, when the daemon is killed', async () => {
    await begin('kept')
    await ok('pause', 'kept')
    await engine.endDaemon('SIGKILL')
    await engine.startDaemon()
    assert.ok(isCgroupFrozen(detectCgroups(), await groupOf('kept')))
    assert.equal((await inspect('kept')).State.Status, 'paused')
    assert.match(await ok('ps', '--format', '{{.Status}}'), /^Up .* \(Paused\)$/)
    await ok('unpause', 'kept')
    assert.equal(isCgroupFrozen(detectCgroups(), await groupOf('kept')), false)
    await ok('rm', '-f', 'kept')
  })

  test('what the kernel says of the freezer counts after a start', async () => {
    await begin('frozen')
    const group = await groupOf('frozen')
    await engine.endDaemon('SIGKILL')
    await freezeCgroup(detectCgroups(), group)
    await engine.startDaemon()
    assert.equal((await inspect('frozen')).State.Status, 'paused')
    await engine.endDaemon('SIGKILL')
    thawCgroup(detectCgroups(), group)
    await engine.startDaemon()
    assert.equal((await inspect('frozen')).State.Status, 'running')
    await ok('rm', '-f', 'frozen')
  })

  test('a paused container can be stopped, and ends at its signal', async () => {
    const script = 'trap "exit 9" TERM; echo ready; while :; do sleep 0.05; done'
    await ok('run', '-d', '--name', 'stopped', 'busybox', 'sh', '-c', script)
    while (!(await ok('logs', 'stopped')).includes('ready')) await ok('ps')
    await ok('pause', 'stopped')
    await ok('stop', '-t', '10', 'stopped')
    assert.equal(await ok('inspect', '-f', '{{.State.ExitCode}} {{.State.Paused}}', 'stopped'), '9 false')
    await ok('rm', 'stopped')
  })

  test('teardown ends what is paused', async () => {
    await using other = await TestEngine.start()
    const { code, stderr } = await other.gantry(['run', '-d', '--name', 'held', 'busybox', 'sleep', '1000'])
    assert.equal(code, 0, stderr)
    assert.equal((await other.api('POST', '/containers/held/pause')).status, 204)
  })

  test('50 at once want one name: one has it', async () => {
    const names = Array.from({ length: 50 }, (_, at) => `racer-${at}`)
    for (const name of names) {
      assert.equal((await engine.api('POST', `/containers/create?name=${name}`, { Image: 'busybox' })).status, 201)
    }
    const answers = await Promise.all(names.map(name => engine.api('POST', `/containers/${name}/rename?name=winner`)))
    assert.equal(answers.filter(({ status }) => status === 204).length, 1)
    assert.equal(answers.filter(({ status }) => status === 409).length, 49)
    const all = (await engine.api('GET', '/containers/json?all=1')).json as { Id: string }[]
    assert.equal(all.length, 50)
    for (const { Id } of all) await engine.api('DELETE', `/containers/${Id}`)
  })

  for (const { name, path } of [...DOCKER_CLIS, { name: 'gantry', path: GANTRY }]) {
    test(`${name}: restart, pause, rename and top`, async () => {
      const docker = dockerCli(path, engine.env)
      const output = async (...args: string[]) => {
        const { code, stdout, stderr } = await docker(args)
        assert.equal(code, 0, `${args.join(' ')}: ${stderr}`)
        return stdout.trim()
      }
      await output('run', '-d', '--rm', '--name', 'one', 'busybox', 'sleep', '1000')
      const before = await inspect('one')
      assert.equal(await output('restart', '-t', '0', 'one'), 'one')
      const again = await inspect('one')
      assert.equal(again.Id, before.Id)
      assert.notEqual(again.State.Pid, before.State.Pid)
      assert.equal(await output('pause', 'one'), 'one')
      assert.equal(await output('inspect', '-f', '{{.State.Status}}', 'one'), 'paused')
      assert.equal(await output('unpause', 'one'), 'one')
      await output('rename', 'one', 'two')
      const table = await output('top', 'two')
      assert.match(table, new RegExp(`^UID +PID +PPID +.* CMD *\\nroot +${again.State.Pid} .* sleep 1000$`))
      assert.equal(await output('port', 'two'), '')
      assert.equal(await output('kill', 'two'), 'two')
      assert.equal(await output('ps', '-aq'), '')
    })
  }
})
