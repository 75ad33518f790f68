/** Verbs of containers that go beyond what parity can show: over the daemon's death, and with real command lines. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { cgroupUsage, detectCgroups, freezeCgroup, isCgroupFrozen, thawCgroup } from '#linux'
import { DOCKER_CLIS, dockerCli } from '../support/docker.ts'
import { GANTRY, systemSkip, TestEngine } from '../support/engine.ts'
import { until } from '../support/proc.ts'

const COUNT = 'i=0; while :; do i=$((i+1)); echo $i > /count; done'

interface Inspected {
  readonly Id: string
  readonly State: { readonly Status: string; readonly Pid: number; readonly Paused: boolean }
}

interface Stats {
  readonly read: string
  readonly preread: string
  readonly cpu_stats: { readonly cpu_usage: { readonly total_usage: number }; readonly system_cpu_usage: number }
  readonly precpu_stats: unknown
  readonly memory_stats: { readonly usage?: number }
  readonly networks?: object
}

/** Of a stream: its first `count` lines, or all where it ends before that. */
async function firstLines(socketPath: string, path: string, count: number): Promise<string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<string[]>()
  const call = request({ socketPath, path }, response => {
    let text = ''
    const lines = () => text.split('\n').slice(0, -1)
    response.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (lines().length < count) return
      resolve(lines())
      response.destroy()
    })
    response.once('end', () => resolve(lines()))
  })
  call.once('error', reject).end()
  return await promise
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

  test('what was frozen and never told to be paused runs after a start; what was thawed is not paused', async () => {
    await begin('frozen')
    const group = await groupOf('frozen')
    await engine.endDaemon('SIGKILL')
    await freezeCgroup(detectCgroups(), group)
    await engine.startDaemon()
    assert.equal(isCgroupFrozen(detectCgroups(), group), false)
    assert.equal((await inspect('frozen')).State.Status, 'running')
    await ok('pause', 'frozen')
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

  test('stats count what a container does, and end with it', async () => {
    await begin('busy')
    const samples = await firstLines(engine.socket, '/containers/busy/stats', 2)
    const [first, second] = samples.map(line => JSON.parse(line) as Stats)
    assert.ok(first !== undefined && second !== undefined)
    assert.equal(second.preread, first.read)
    assert.deepEqual(second.precpu_stats, first.cpu_stats)
    assert.ok(second.cpu_stats.cpu_usage.total_usage > first.cpu_stats.cpu_usage.total_usage)
    assert.ok(second.cpu_stats.system_cpu_usage > first.cpu_stats.system_cpu_usage)
    assert.ok((second.memory_stats.usage ?? 0) > 0)
    assert.deepEqual(Object.keys(second.networks ?? {}), ['eth0'])
    const ended = firstLines(engine.socket, '/containers/busy/stats', Number.POSITIVE_INFINITY)
    await ok('rm', '-f', 'busy')
    for (const line of await ended) assert.match(line, /"id":"[0-9a-f]{64}"/)
  })

  for (const args of [['stats'], ['stats', 'shown']]) {
    test(`gantry ${args.join(' ')}: a table that is written over itself`, async () => {
      await begin('shown')
      const watching = spawn(GANTRY, args, { env: engine.env, stdio: ['ignore', 'pipe', 'inherit'] })
      const frames = Promise.withResolvers<string>()
      let text = ''
      watching.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString()
        if (text.split('\x1b[J').length > 2) frames.resolve(text)
      })
      const ended = new Promise(resolve => watching.once('exit', (code, signal) => resolve(code ?? signal)))
      assert.match(
        await frames.promise,
        /^\x1b\[HCONTAINER ID .* PIDS\x1b\[K\n[0-9a-f]{12} +shown +\d.*%.* \d+\x1b\[K\n/,
      )
      watching.kill('SIGINT')
      assert.equal(await ended, 130)
      await ok('rm', '-f', 'shown')
    })
  }

  test('limits that are changed hold at once and after the next start', async () => {
    await ok('run', '-d', '--name', 'limited', '-m', '64m', 'busybox', 'sleep', '1000')
    const usage = async () => {
      const { Id } = await inspect('limited')
      const group = (await groupOf('limited')).replace(/\/[^/]*$/, `/${Id}`)
      return cgroupUsage(detectCgroups(), group)
    }
    await ok('update', '-m', '32m', '--memory-swap', '-1', '--pids-limit', '50', 'limited')
    assert.equal((await usage())?.memory?.limit, 32 * 1024 * 1024)
    assert.equal((await usage())?.pids?.limit, 50)
    await ok('restart', '-t', '0', 'limited')
    assert.equal((await usage())?.memory?.limit, 32 * 1024 * 1024)
    await ok('update', '--pids-limit', '-1', '--cpus', '0.1', 'limited')
    assert.equal((await usage())?.pids?.limit, 2 ** 22)
    await ok('rm', '-f', 'limited')
    await ok('run', '-d', '--name', 'limited', 'busybox', 'sh', '-c', COUNT)
    await ok('update', '--cpus', '0.1', 'limited')
    await until('its time is counted in periods', async () => {
      const { json } = await engine.api('GET', '/containers/limited/stats?stream=0&one-shot=1')
      const { cpu_stats: cpu } = json as { cpu_stats: { throttling_data: { periods: number } } }
      return cpu.throttling_data.periods > 0
    })
    await ok('rm', '-f', 'limited')
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
