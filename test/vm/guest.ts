/** Runs inside the machine: what containers, limits and the daemon's own house-keeping do on control groups v2. */
import assert from 'node:assert/strict'
import { existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { GANTRY, TestEngine } from '../support/engine.ts'
import { monitorPids, until } from '../support/proc.ts'
import { type Finished, run } from '../support/process.ts'

const ROOT = '/sys/fs/cgroup'
const MEGABYTE = 1024 * 1024
/** An emulated processor needs its time. */
const PATIENCE_MS = 60_000
const IN_NAMESPACE = process.env['CGROUP_NAMESPACE'] === 'yes'
/** Before any daemon has changed anything. */
const AT_ROOT = processesAtRoot()

interface State {
  readonly Status: string
  readonly ExitCode: number
  readonly OOMKilled: boolean
  readonly Pid: number
}

test('the host has control groups v2 and no others', () => {
  const types = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map(line => line.split(' '))
    .filter(([, target]) => target?.startsWith(ROOT))
    .map(([, target, type]) => `${type} ${target}`)
  assert.deepEqual(types, [`cgroup2 ${ROOT}`])
})

for (const runtime of (process.env['RUNTIMES'] ?? 'crun').split(',')) {
  describe(runtime, () => {
    let engine: TestEngine

    before(async () => {
      engine = await TestEngine.start('--default-runtime', runtime)
    })

    // The last test has taken it down, unless it did not come to that.
    after(async () => {
      if (existsSync(engine.folder)) await engine[Symbol.asyncDispose]()
    })

    const output = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await engine.gantry(args)
      assert.equal(code, 0, `${args.join(' ')}: ${stderr}`)
      return stdout.trim()
    }
    const state = async (id: string) =>
      ((await engine.api('GET', `/containers/${id}/json`)).json as { State: State }).State
    const remove = async (id: string) =>
      assert.equal((await engine.api('DELETE', `/containers/${id}?force=1`)).status, 204)
    const doctor = (...flags: string[]): Promise<Finished> =>
      run(GANTRY, ['doctor', ...flags, '--data-root', engine.dataRoot, '--exec-root', engine.execRoot])

    test(`${runtime}: info and doctor call it version 2`, async () => {
      const info = await output(
        'info',
        '--format',
        '{{.CgroupVersion}} {{.MemoryLimit}} {{.PidsLimit}} {{.DefaultRuntime}}',
      )
      assert.equal(info, `2 true true ${runtime}`)
      const { code, stdout } = await doctor()
      assert.match(stdout, /^ok +cgroups +v2/m)
      assert.equal(code, 0, stdout)
      // The option is the whole host's: out of a namespace the kernel does not change it.
      assert.equal(readFileSync('/proc/mounts', 'utf8').includes('favordynmods'), !IN_NAMESPACE)
    })

    test(`${runtime}: output and exit code of a run, on the default network`, async () => {
      const words = 'echo out; echo err >&2; ip -4 addr show eth0 | grep -c inet; exit 7'
      const { code, stdout, stderr } = await engine.gantry(['run', '--rm', 'busybox', 'sh', '-c', words])
      assert.deepEqual([code, stdout, stderr], [7, 'out\n1\n', 'err\n'])
    })

    test(`${runtime}: a network of its own with nothing in it`, async () => {
      assert.equal(await output('run', '--rm', '--network', 'none', 'busybox', 'ls', '/sys/class/net'), 'lo')
    })

    test(`${runtime}: limits are those of the group, from inside and from the host`, async () => {
      const words =
        'cd /sys/fs/cgroup; cat memory.max pids.max /proc/self/cgroup; echo max >memory.max; cat memory.max; sleep 1000'
      const limits = ['--memory', '32m', '--pids-limit', '20']
      const id = await output('run', '-d', ...limits, 'busybox', 'sh', '-c', words)
      const group = groupOf((await state(id)).Pid)
      assert.equal(group.endsWith(`/${id}`), true, group)
      assert.equal(readGroup(group, 'memory.max'), String(32 * MEGABYTE))
      assert.equal(readGroup(group, 'memory.swap.max'), String(32 * MEGABYTE))
      assert.equal(readGroup(group, 'pids.max'), '20')
      const bytes = 32 * MEGABYTE
      const expected = `${bytes}\n20\n0::/\nsh: can't create memory.max: Read-only file system\n${bytes}`
      await until('it has looked', async () => (await logs(engine, id)).split('\n').length > 5, PATIENCE_MS)
      const lines = (await logs(engine, id)).trim().split('\n').sort()
      assert.deepEqual(lines, expected.split('\n').sort())
      await remove(id)
      await until('its group is gone', () => !existsSync(join(ROOT, group)), PATIENCE_MS)
    })

    test(`${runtime}: what takes too much memory ends with 137 and OOMKilled, and only that`, async () => {
      const limits = ['--memory', '16m', '--memory-swap', '16m']
      const greedy = await engine.gantry(['run', '--name', 'greedy', ...limits, 'busybox', 'tail', '/dev/zero'])
      assert.equal(greedy.code, 137, greedy.stderr)
      assert.equal((await state('greedy')).OOMKilled, true)
      const words = 'tail /dev/zero; exit 3'
      const parent = await engine.gantry(['run', '--name', 'parent', ...limits, 'busybox', 'sh', '-c', words])
      assert.equal(parent.code, 3, parent.stderr)
      assert.equal((await state('parent')).OOMKilled, false)
      for (const name of ['greedy', 'parent']) await remove(name)
    })

    test(`${runtime}: a fork bomb is held by its group`, async () => {
      const bomb = 'b() { b & b & sleep 1000; }; b & exec sleep 1000'
      const id = await output('run', '-d', '--pids-limit', '20', 'busybox', 'sh', '-c', bomb)
      const group = groupOf((await state(id)).Pid)
      const refused = () => Number(/^max (\d+)$/m.exec(readGroup(group, 'pids.events'))?.[1])
      await until('the group has refused a process', () => refused() > 0, PATIENCE_MS)
      assert.ok(Number(readGroup(group, 'pids.current')) <= 20)
      assert.equal(await output('run', '--rm', 'busybox', 'echo', 'beside it'), 'beside it')
      await remove(id)
      await until('its group is gone', () => !existsSync(join(ROOT, group)), PATIENCE_MS)
    })

    test(`${runtime}: devices of the host cannot be opened`, async () => {
      const disk = openSync('/dev/vda', 'r')
      assert.equal(readSync(disk, Buffer.alloc(1)), 1)
      const number = statSync('/dev/vda').rdev
      const node = `mknod /disk b ${(number >> 8) & 0xfff} ${number & 0xff}`
      const words = `${node} && head -c 1 /disk; echo x >/dev/null && head -c 1 /dev/zero | wc -c`
      const { stdout, stderr } = await engine.gantry(['run', '--rm', 'busybox', 'sh', '-c', words])
      assert.equal(stdout, '1\n')
      assert.match(stderr, /^head: \/disk: Operation not permitted$/m)
    })

    test(`${runtime}: stop, kill and logs`, async () => {
      const words = 'trap "echo told; exit 5" TERM; echo up; while :; do usleep 50000; done'
      const id = await output('run', '-d', 'busybox', 'sh', '-c', words)
      await until('it is up', async () => (await logs(engine, id)) === 'up\n', PATIENCE_MS)
      await output('stop', id)
      assert.equal((await state(id)).ExitCode, 5)
      assert.equal(await output('logs', id), 'up\ntold')
      await output('start', id)
      await output('kill', id)
      assert.equal(await output('wait', id), '137')
      assert.equal((await state(id)).OOMKilled, false)
      await remove(id)
    })

    test(`${runtime}: a container is frozen for a commit and goes on after it`, async () => {
      const words = 'echo kept >/file; i=0; while :; do i=$((i+1)); echo $i; usleep 50000; done'
      const id = await output('run', '-d', 'busybox', 'sh', '-c', words)
      const group = groupOf((await state(id)).Pid)
      await until('it has written', async () => (await logs(engine, id)).includes('1\n'), PATIENCE_MS)
      await output('commit', id, 'committed')
      assert.equal(readGroup(group, 'cgroup.freeze'), '0')
      const before = (await logs(engine, id)).length
      await until('it goes on', async () => (await logs(engine, id)).length > before, PATIENCE_MS)
      assert.equal(await output('run', '--rm', 'committed', 'cat', '/file'), 'kept')
      await remove(id)
      await output('rmi', 'committed')
    })

    test(`${runtime}: a container outlives its daemon and is known to the next`, async () => {
      const words = 'i=0; while [ ! -e /go ]; do i=$((i+1)); echo $i; usleep 50000; done; exit 6'
      const id = await output('run', '-d', 'busybox', 'sh', '-c', words)
      const { Pid } = await state(id)
      const [monitor = 0] = monitorPids(engine)
      assert.match(groupOf(monitor), /\/monitor$/)
      await engine.endDaemon('SIGKILL')
      await engine.startDaemon()
      assert.deepEqual([(await state(id)).Status, (await state(id)).Pid], ['running', Pid])
      assert.equal(await output('ps', '-q', '--no-trunc'), id)
      const before = (await logs(engine, id)).length
      await until('it is heard', async () => (await logs(engine, id)).length > before, PATIENCE_MS)
      await output('kill', '--signal', 'KILL', id)
      assert.equal(await output('wait', id), '137')
      const lines = (await logs(engine, id)).trim().split('\n')
      assert.deepEqual(
        lines,
        lines.map((_, at) => String(at + 1)),
      )
      await remove(id)
    })

    test(`${runtime}: nothing is left of what was removed`, async () => {
      const { code, stdout } = await doctor('--leaks')
      assert.deepEqual([code, stdout], [0, ''])
    })

    test(`${runtime}: teardown ends what runs and leaves no group`, async () => {
      const id = await output('run', '-d', 'busybox', 'sleep', '1000')
      const { Pid } = await state(id)
      const parent = groupOf(Pid).split('/')[1] ?? ''
      assert.equal(existsSync(join(ROOT, parent)), true)
      await engine.teardown()
      assert.equal(existsSync(`/proc/${Pid}`), false)
      assert.deepEqual(
        readdirSync(ROOT).filter(name => name.startsWith('gantry')),
        [],
      )
      assert.doesNotMatch(readFileSync('/proc/mounts', 'utf8'), /favordynmods/)
      assert.deepEqual(processesAtRoot(), AT_ROOT, 'whoever was moved is back')
    })
  })
}

async function logs(engine: TestEngine, id: string): Promise<string> {
  const { code, stdout, stderr } = await engine.gantry(['logs', id])
  assert.equal(code, 0, stderr)
  return stdout + stderr
}

/** Of cgroup v2: the one line of /proc/PID/cgroup. */
function groupOf(pid: number): string {
  return /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1] ?? ''
}

/** Whether the tests' own process and the first one are in the root group. */
function processesAtRoot(): boolean[] {
  return [process.pid, 1].map(pid => groupOf(pid) === '/')
}

function readGroup(group: string, file: string): string {
  return readFileSync(join(ROOT, group, file), 'utf8').trim()
}
