/** What people do with the docker command line, with every one that is installed. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { DOCKER_CLIS, type Docker, dockerCli } from '../support/docker.ts'
import { systemSkip, TestEngine } from '../support/engine.ts'
import { onTerminal } from '../support/pty.ts'

const skip = systemSkip() || (DOCKER_CLIS.length === 0 ? 'needs a docker command line' : false)

for (const { name, path } of DOCKER_CLIS) {
  describe(name, { skip }, () => {
    let engine: TestEngine
    let docker: Docker

    before(async () => {
      engine = await TestEngine.start()
      docker = dockerCli(path, engine.env)
    })

    after(() => engine[Symbol.asyncDispose]())

    const output = async (...args: string[]) => {
      const { code, stdout, stderr } = await docker(args)
      assert.equal(code, 0, `docker ${args.join(' ')}: ${stderr}`)
      return stdout.trim()
    }

    test('run prints what the container prints and ends as it ends', async () => {
      const { code, stdout, stderr } = await docker([
        'run',
        '--rm',
        'busybox',
        'sh',
        '-c',
        'echo out; echo err >&2; exit 42',
      ])
      assert.deepEqual([code, stdout, stderr], [42, 'out\n', 'err\n'])
      assert.equal(await output('ps', '-aq'), '')
    })

    test('input goes in and its end ends the program', async () => {
      const input = Buffer.alloc(2_000_000, 'twelve bytes')
      const { code, stdout } = await docker(['run', '--rm', '-i', 'busybox', 'md5sum'], { input })
      const plain = await docker(['run', '--rm', '-i', 'busybox', 'cat'], { input })
      assert.equal(code, 0)
      assert.match(stdout, /^[0-9a-f]{32} {2}-\n$/)
      assert.equal(plain.stdout, input.toString())
    })

    test('a terminal has the size of ours, echoes, and its exit code arrives', async () => {
      using terminal = onTerminal(path, ['run', '--rm', '-it', 'busybox', 'sh'], engine.env)
      await terminal.until(/# /)
      terminal.type('tty; test -t 0 && echo yes; echo $TERM\r')
      await terminal.until(/\/dev\/pts\/0\r\nyes\r\nxterm/)
      terminal.type('exit 7\r')
      assert.equal(await terminal.ended, 7)
    })

    test('the detach keys leave the container running, attach comes back to it', async () => {
      using terminal = onTerminal(path, ['run', '--name', 'kept', '-it', 'busybox', 'sh'], engine.env)
      await terminal.until(/# /)
      terminal.type('\x10\x11')
      assert.equal(await terminal.ended, 0)
      assert.equal(await output('inspect', '-f', '{{.State.Running}}', 'kept'), 'true')
      using again = onTerminal(path, ['attach', 'kept'], engine.env)
      again.type('\r')
      await again.until(/# /)
      again.type('exit 3\r')
      assert.equal(await again.ended, 3)
      assert.equal(await output('rm', 'kept'), 'kept')
    })

    test('options do what they say', async () => {
      const inside = async (options: string[], ...command: string[]) =>
        await output('run', '--rm', ...options, 'busybox', ...command)
      assert.equal(await inside(['-e', 'A=1', '-e', 'B=two words'], 'sh', '-c', 'echo "$A $B"'), '1 two words')
      assert.equal(await inside(['-w', '/var/new folder'], 'pwd'), '/var/new folder')
      assert.equal(await inside(['-u', 'user'], 'id'), 'uid=1000(user) gid=1000(user) groups=100(users),1000(user)')
      assert.equal(await inside(['-u', '4242:10'], 'id', '-u'), '4242')
      assert.equal(await inside(['--entrypoint', 'echo'], 'as', 'arguments'), 'as arguments')
      assert.equal(await inside(['--hostname', 'named'], 'hostname'), 'named')
      assert.match(await inside(['--pids-limit', '50'], 'cat', '/proc/self/limits'), /Max open files +1024/)
      assert.equal(await inside(['--shm-size', '8m'], 'sh', '-c', "df -k /dev/shm | awk 'END{print $2}'"), '8192')
    })

    test('memory and process limits are the control group’s', async () => {
      const id = await output('run', '-d', '--memory', '64m', '--pids-limit', '20', 'busybox', 'sleep', '1000')
      const record = JSON.parse(await output('inspect', id)) as [{ HostConfig: { Memory: number; PidsLimit: number } }]
      assert.deepEqual([record[0].HostConfig.Memory, record[0].HostConfig.PidsLimit], [64 * 1024 * 1024, 20])
      const { code, stderr } = await docker([
        'run',
        '--rm',
        '--pids-limit',
        '5',
        'busybox',
        'sh',
        '-c',
        'for i in 1 2 3 4 5 6 7 8; do sleep 5 & done; wait',
      ])
      assert.notEqual(code, 0)
      assert.match(stderr, /can't fork/)
      await output('rm', '-f', id)
    })

    test('a folder of the host is there, read-only if so asked', async () => {
      const folder = join(engine.folder, 'bound')
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'in'), 'from the host')
      assert.equal(
        await output(
          'run',
          '--rm',
          '-v',
          `${folder}:/data`,
          'busybox',
          'sh',
          '-c',
          'cat /data/in; echo back > /data/out',
        ),
        'from the host',
      )
      assert.equal(readFileSync(join(folder, 'out'), 'utf8'), 'back\n')
      const { code, stderr } = await docker(['run', '--rm', '-v', `${folder}:/data:ro`, 'busybox', 'touch', '/data/x'])
      assert.deepEqual([code, /Read-only file system/.test(stderr)], [1, true])
    })

    test('a read-only root refuses writes, and only there', async () => {
      const { code } = await docker(['run', '--rm', '--read-only', 'busybox', 'touch', '/x'])
      assert.equal(code, 1)
      await output('run', '--rm', '--read-only', 'busybox', 'touch', '/dev/shm/x')
    })

    test('networks: bridge reaches out, none has nothing, host is the host', async () => {
      const links = (network: string) => output('run', '--rm', '--network', network, 'busybox', 'ls', '/sys/class/net')
      assert.equal(await links('bridge'), 'eth0\nlo')
      assert.equal(await links('none'), 'lo')
      assert.match(await links('host'), /lo/)
      const bridge = JSON.parse(await output('network', 'inspect', 'bridge')) as [
        { IPAM: { Config: [{ Gateway: string }] } },
      ]
      await output('run', '--rm', 'busybox', 'ping', '-c', '1', '-W', '2', bridge[0].IPAM.Config[0].Gateway)
      const hosts = await output('run', '--rm', '--hostname', 'me', 'busybox', 'cat', '/etc/hosts')
      assert.match(hosts, /^\d+\.\d+\.\d+\.\d+\tme$/m)
    })

    test('ps, logs, wait, stop and kill', async () => {
      const id = await output(
        'run',
        '-d',
        '--name',
        'worker',
        'busybox',
        'sh',
        '-c',
        'trap "echo bye; exit 5" TERM; echo ready; while :; do sleep 0.1; done',
      )
      assert.match(await output('ps'), new RegExp(`^${id.slice(0, 12)} +busybox +"sh -c 'trap`, 'm'))
      assert.match(
        await output('ps', '--format', '{{.Names}} {{.State}} {{.Status}}'),
        /^worker running Up (Less than|1|2)/,
      )
      const waiting = docker(['wait', 'worker'])
      assert.equal(await output('stop', 'worker'), 'worker')
      assert.equal((await waiting).stdout, '5\n')
      assert.equal(await output('logs', 'worker'), 'ready\nbye')
      assert.match(await output('logs', '-t', '--tail', '1', 'worker'), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z bye$/)
      await output('start', 'worker')
      assert.equal(await output('kill', 'worker'), 'worker')
      assert.equal(await output('inspect', '-f', '{{.State.ExitCode}} {{.State.Status}}', 'worker'), '137 exited')
      assert.equal(await output('rm', 'worker'), 'worker')
    })

    test('logs are followed to the end', async () => {
      await output(
        'run',
        '-d',
        '--name',
        'chatty',
        'busybox',
        'sh',
        '-c',
        'for i in 1 2 3 4 5; do echo $i; sleep 0.1; done',
      )
      assert.equal(await output('logs', '-f', 'chatty'), '1\n2\n3\n4\n5')
      await output('rm', 'chatty')
    })

    test('start -a and attach see the output of what they start', async () => {
      await output('create', '--name', 'made', 'busybox', 'echo', 'started')
      assert.equal(await output('start', '-a', 'made'), 'started')
      await output('rm', 'made')
    })

    test('images: save elsewhere, load, tag, list, inspect, remove', async () => {
      const archive = join(engine.folder, 'rootfs.tar')
      const { busyboxArchive } = await import('../support/busybox.ts')
      writeFileSync(archive, busyboxArchive([{ type: 'file', name: 'extra', content: 'another layer' }]))
      const id = await output('import', '-c', 'CMD ["echo","imported"]', archive, 'made:1')
      assert.match(id, /^sha256:[0-9a-f]{64}$/)
      assert.equal(await output('run', '--rm', 'made:1'), 'imported')
      await output('tag', 'made:1', 'other/name:2')
      assert.match(await output('images', '--format', '{{.Repository}}:{{.Tag}}'), /^other\/name:2$/m)
      assert.equal(await output('image', 'inspect', '-f', '{{.Id}}', 'other/name:2'), id)
      assert.match(await output('rmi', 'made:1'), /^Untagged: made:1$/)
      assert.match(
        await output('rmi', 'other/name:2'),
        new RegExp(`^Untagged: other/name:2\nDeleted: ${id}\nDeleted: sha256:`),
      )
    })

    test('what cannot be done has docker’s words and codes', async () => {
      const cases: [string[], number, RegExp][] = [
        [['run', '--rm', 'busybox', 'nosuch'], 127, /exec: "nosuch": executable file not found in \$PATH/],
        [['run', '--rm', 'busybox', '/etc'], 126, /permission denied/],
        [['run', '--rm', 'busybox', '/etc/passwd'], 126, /permission denied/],
        [
          ['run', '--rm', '-u', 'nosuch', 'busybox'],
          125,
          /unable to find user nosuch: no matching entries in passwd file/,
        ],
        [['run', '--rm', '-w', 'relative', 'busybox'], 125, /needs to be an absolute path/],
        [['run', '--rm', '--memory', '1m', 'busybox'], 125, /Minimum memory limit allowed is 6MB/],
        [['run', '--rm', '--network', 'nosuch', 'busybox'], 125, /network nosuch not found/],
        [
          ['run', '--rm', '--volumes-from', 'x', 'busybox'],
          125,
          /HostConfig\.VolumesFrom is not done by this version of Gantry: leave --volumes-from out/,
        ],
        [['inspect', 'nosuch'], 1, /No such object: nosuch/],
        [['rm', 'nosuch'], 1, /No such container: nosuch/],
        [['rmi', 'nosuch'], 1, /No such image: nosuch/],
        [['kill', '-s', 'NOSIG', 'nosuch'], 1, /invalid signal: NOSIG/i],
      ]
      for (const [args, code, words] of cases) {
        const result = await docker(args)
        assert.match(result.stderr, words, args.join(' '))
        assert.equal(result.code, code, args.join(' '))
      }
      assert.equal(await output('ps', '-aq'), '')
    })

    test('names are kept apart', async () => {
      await output('create', '--name', 'taken', 'busybox')
      const second = await docker(['create', '--name', 'taken', 'busybox'])
      assert.equal(second.code, 1)
      assert.match(
        second.stderr,
        /Conflict\. The container name "\/taken" is already in use by container "[0-9a-f]{64}"/,
      )
      await output('rm', 'taken')
    })
  })
}
