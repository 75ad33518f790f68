/** What a container asks of its host, seen from inside; with both runtimes. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { detectCgroups, mountAt, removeCgroup, setPropagation, unmount } from '#linux'
import { create, logs, remove, runToEnd, start } from '../support/containers.ts'
import { systemSkip, TestEngine } from '../support/engine.ts'
import { until } from '../support/proc.ts'

const skip = systemSkip()
const isV1 = existsSync('/sys/fs/cgroup/memory/memory.limit_in_bytes')
const TOKYO = '/usr/share/zoneinfo/Asia/Tokyo'
const canRaise = canRaiseLimits()

function canRaiseLimits(): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'
  return (BigInt(`0x${effective}`) & (1n << 24n)) !== 0n
}

for (const runtime of ['crun', 'runc']) {
  const isThere = ['/usr/bin', '/usr/sbin'].some(folder => existsSync(join(folder, runtime)))
  describe(`options with ${runtime}`, { skip: skip || (isThere ? false : `needs ${runtime}`) }, () => {
    let engine: TestEngine

    before(async () => {
      engine = await TestEngine.start('--default-runtime', runtime)
    })

    after(() => engine[Symbol.asyncDispose]())

    /** Lines that a script prints in a container with these settings. */
    const lines = async (script: string, HostConfig: object, config: object = {}) => {
      const ended = await runToEnd(engine, { Cmd: ['sh', '-c', script], HostConfig, ...config })
      assert.deepEqual([ended.refusal, ended.stderr], ['', ''])
      return ended.stdout.trimEnd().split('\n')
    }
    const refusal = async (HostConfig: object) => (await runToEnd(engine, { Cmd: ['true'], HostConfig })).refusal

    test('limits', { skip: isV1 ? false : 'needs control groups v1' }, async () => {
      const group = '/sys/fs/cgroup'
      const files = [
        ...['cpu/cpu.shares', 'cpu/cpu.cfs_quota_us', 'cpu/cpu.cfs_period_us', 'cpuset/cpuset.cpus'],
        ...['memory/memory.limit_in_bytes', 'memory/memory.soft_limit_in_bytes', 'memory/memory.swappiness'],
        ...['memory/memory.memsw.limit_in_bytes', 'pids/pids.max', 'blkio/blkio.throttle.write_bps_device'],
      ]
      const found = await lines(`cd ${group}; cat ${files.join(' ')}; grep disable memory/memory.oom_control`, {
        CpuShares: 300,
        NanoCpus: 5e8,
        CpusetCpus: '0',
        Memory: 64 * 2 ** 20,
        MemoryReservation: 32 * 2 ** 20,
        MemorySwap: 96 * 2 ** 20,
        MemorySwappiness: 7,
        PidsLimit: 33,
        OomKillDisable: true,
        BlkioDeviceWriteBps: [{ Path: '/dev/loop0', Rate: 1_000_000 }],
      })
      assert.deepEqual(found, [
        ...['300', '50000', '100000', '0', String(64 * 2 ** 20), String(32 * 2 ** 20), '7', String(96 * 2 ** 20), '33'],
        ...['7:0 1000000', 'oom_kill_disable 1'],
      ])
    })

    test('confinement', async () => {
      const status = await lines(
        'grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status; id -G; cat /proc/self/oom_score_adj',
        {
          CapDrop: ['ALL'],
          CapAdd: ['kill', 'CAP_NET_ADMIN'],
          SecurityOpt: ['no-new-privileges', 'seccomp=unconfined', 'label=disable'],
          GroupAdd: ['77'],
          OomScoreAdj: 500,
        },
      )
      assert.deepEqual(
        status.map(line => line.replace(/\s+/g, ' ')),
        ['CapEff: 0000000000001020', 'CapBnd: 0000000000001020', 'NoNewPrivs: 1', 'Seccomp: 0', '0 10 77', '500'],
      )
    })

    test('a seccomp profile of its own, with its conditions', async () => {
      const profile = {
        defaultAction: 'SCMP_ACT_ALLOW',
        archMap: [{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: [] }],
        syscalls: [
          { names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 28 },
          { names: ['symlink', 'symlinkat'], action: 'SCMP_ACT_ERRNO', includes: { caps: ['CAP_SYS_ADMIN'] } },
          { names: ['rename', 'renameat', 'renameat2'], action: 'SCMP_ACT_ERRNO', excludes: { minKernel: '3.0' } },
        ],
      }
      const script = 'mkdir /made 2>&1; ln -s a /link && echo linked; touch /a; mv /a /b && echo moved'
      const SecurityOpt = [`seccomp=${JSON.stringify(profile)}`]
      assert.deepEqual(await lines(script, { SecurityOpt }), [
        "mkdir: can't create directory '/made': No space left on device",
        'linked',
        'moved',
      ])
      const answer = await engine.api('POST', '/containers/create', {
        Image: 'busybox',
        HostConfig: { SecurityOpt: [`seccomp=${JSON.stringify({ defaultAction: 'NOPE' })}`] },
      })
      assert.equal(answer.status, 400)
      assert.match(answer.text, /seccomp profile: defaultAction: .*NOPE.* is none of/)
    })

    test('privilege: every device, nothing hidden, everything writable', async () => {
      const script =
        'ls /dev/fuse; head -c0 /dev/loop0 && echo readable; grep -c " /proc/kcore " /proc/mounts; touch /sys/kernel/none 2>&1; mkdir /m && mount -t tmpfs x /m && echo mounted'
      const [fuse, readable, hidden, sysfs, mounted] = await lines(script, { Privileged: true })
      assert.deepEqual([fuse, readable, hidden, mounted], ['/dev/fuse', 'readable', '0', 'mounted'])
      assert.doesNotMatch(sysfs ?? '', /Read-only/)
    })

    test('devices and who may open them', async () => {
      const script = [
        'head -c2 /dev/nought | wc -c',
        '(echo > /dev/nought) 2>/dev/null && echo written',
        'mknod /loop b 7 0; head -c0 /loop && echo opened',
      ].join('; ')
      assert.deepEqual(
        await lines(script, {
          Devices: [{ PathOnHost: '/dev/zero', PathInContainer: '/dev/nought', CgroupPermissions: 'r' }],
          DeviceCgroupRules: ['b 7:* rm'],
        }),
        // What every container may do with zero is not taken away by a device that is the same.
        ['2', 'written', 'opened'],
      )
      assert.match(
        await refusal({ Devices: [{ PathOnHost: '/dev/nothing', PathInContainer: '/dev/x', CgroupPermissions: 'r' }] }),
        /error gathering device information while adding custom device "\/dev\/nothing": no such file or directory/,
      )
    })

    test('a limit that the kernel refuses leaves nothing behind', {
      skip: isV1 ? false : 'needs control groups v1',
    }, async () => {
      const answer = await engine.api('POST', '/containers/create', {
        Image: 'busybox',
        HostConfig: { CpuRealtimeRuntime: 1000, CpuRealtimePeriod: 1_000_000 },
      })
      assert.equal(answer.status, 400)
      assert.match(answer.text, /does not support CPU real-time scheduler/)
      // The runtime has made the group by the time that the kernel refuses the value.
      assert.notEqual(await refusal({ Sysctls: { 'net.core.somaxconn': 'x' } }), '')
      assert.notEqual(await refusal({ CpuPeriod: 1000, CpuQuota: Number.MAX_SAFE_INTEGER }), '')
      assert.equal(await engine.leaks(), '')
    })

    test('groups of the container are those of an exec too', async () => {
      const id = await start(engine, { Cmd: ['sleep', '1000'], HostConfig: { GroupAdd: ['77'] } })
      for (const user of [[], ['-u', '5:6']]) {
        const { stdout } = await engine.gantry(['exec', ...user, id, 'id', '-G'])
        assert.ok(stdout.trim().split(' ').includes('77'), stdout)
      }
      await remove(engine, id)
    })

    test('limits of a process, and those that this host may not give', async () => {
      assert.deepEqual(
        await lines('ulimit -n; ulimit -Hn; ulimit -c', {
          Ulimits: [
            { Name: 'nofile', Soft: 100, Hard: 200 },
            { Name: 'core', Soft: 0, Hard: 0 },
          ],
        }),
        ['100', '200', '0'],
      )
      if (canRaise) return
      assert.match(
        await refusal({ Ulimits: [{ Name: 'nofile', Soft: 10_000_000, Hard: 10_000_000 }] }),
        /ulimit nofile=10000000 is more than the \d+ that this daemon may give without CAP_SYS_RESOURCE: ask for at most/,
      )
      assert.match(await refusal({ CapAdd: ['SYS_RESOURCE'] }), /capability CAP_SYS_RESOURCE cannot be given/)
      assert.match(await refusal({ OomScoreAdj: -900 }), /oom score adj -900 is below that of the daemon/)
    })

    test('init, temporary file systems, kernel settings, names', async () => {
      const script = [
        'cat /proc/1/comm',
        'grep " /scratch " /proc/mounts | cut -d" " -f4',
        'stat -c %a /t',
        'cat /proc/sys/net/core/somaxconn /proc/sys/kernel/msgmax',
        'grep -E "alpha|gate" /etc/hosts | cut -f2',
        'cat /etc/resolv.conf',
        'df -k /dev/shm | tail -n1 | tr -s " " | cut -d" " -f2',
        'cat /proc/sys/kernel/domainname',
      ].join('; ')
      const asked = {
        Init: true,
        Tmpfs: { '/scratch': 'size=1m,exec' },
        Mounts: [{ Type: 'tmpfs', Target: '/t', TmpfsOptions: { Mode: 0o700 } }],
        Sysctls: { 'net.core.somaxconn': '77', 'kernel.msgmax': '4096' },
        ExtraHosts: ['alpha:1.2.3.4', 'gate:host-gateway'],
        Dns: ['1.2.3.4'],
        DnsSearch: ['x.y'],
        DnsOptions: ['ndots:3'],
        ShmSize: 2 ** 20,
      }
      const found = await lines(script, asked, { Domainname: 'example.test' })
      assert.match(found[1] ?? '', /^rw,nosuid,nodev,relatime,size=1024k/)
      assert.deepEqual(found.toSpliced(1, 1), [
        ...['docker-init', '700', '77', '4096', 'alpha', 'gate'],
        ...['nameserver 1.2.3.4', 'search x.y', 'options ndots:3', '1024', 'example.test'],
      ])
    })

    test('mounts: read-only, made where that was asked for, slaves of what is shared', async () => {
      const folder = join(engine.folder, 'mounts')
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'file'), 'content\n')
      const made = join(folder, 'made')
      const mount = (Source: string, more: object = {}) => ({ Type: 'bind', Source, Target: '/m', ...more })
      assert.deepEqual(await lines('cat /m/file; touch /m/x 2>&1', { Mounts: [mount(folder, { ReadOnly: true })] }), [
        'content',
        'touch: /m/x: Read-only file system',
      ])
      await lines('true', { Mounts: [mount(made, { BindOptions: { CreateMountpoint: true } })] })
      assert.ok(existsSync(made))
      const file = join(folder, 'file')
      for (const HostConfig of [{ Mounts: [mount(file, { ReadOnly: true })] }, { Binds: [`${file}:/m:ro`] }]) {
        assert.deepEqual(await lines('cat /m; (echo x > /m) 2>&1', HostConfig), [
          'content',
          "sh: can't create /m: Read-only file system",
        ])
      }
      const missing = { Image: 'busybox', HostConfig: { Mounts: [mount(join(folder, 'no'))] } }
      const answer = await engine.api('POST', '/containers/create', missing)
      assert.equal(answer.status, 400)
      assert.match(answer.text, /bind source path does not exist/)
    })

    test('a time zone, in an image without any', { skip: existsSync(TOKYO) ? false : 'needs tzdata' }, async () => {
      const zone = (...flags: string[]) =>
        engine.gantry(['run', '--rm', ...flags, 'busybox', 'sh', '-c', 'date +%z; echo $TZ'])
      assert.equal((await zone('--tz', 'Asia/Tokyo')).stdout, '+0900\nAsia/Tokyo\n')
      assert.equal((await zone('--tz', 'Asia/Tokyo', '-e', 'TZ=UTC')).stdout, '+0000\nUTC\n')
      assert.match((await zone('--tz', 'Asia/Nowhere')).stderr, /bind source path does not exist: .*Asia\/Nowhere/)
      assert.match((await zone('--tz', '../x')).stderr, /invalid time zone: \.\.\/x/)
    })

    test('what is mounted on the host later is seen through a slave, and through nothing else', async t => {
      const folder = join(engine.folder, 'shared')
      mkdirSync(folder)
      t.after(() => {
        for (const path of ['back', 'later', '']) unmount(join(folder, path))
      })
      mountAt(folder, { type: 'tmpfs', source: 'shared', options: [] })
      setPropagation(folder, 'shared')
      const Binds = [`${folder}:/slave:rslave`, `${folder}:/shared:shared`, `${folder}:/private`]
      const id = await start(engine, { Cmd: ['sleep', '1000'], HostConfig: { Binds, Privileged: true } })
      mkdirSync(join(folder, 'later'))
      mountAt(join(folder, 'later'), { type: 'tmpfs', source: 'later', options: [] })
      writeFileSync(join(folder, 'later/file'), '')
      const seen = await engine.gantry(['exec', id, 'sh', '-c', 'ls /slave/later /shared/later /private/later'])
      assert.equal(seen.stdout, '/private/later:\n\n/shared/later:\nfile\n\n/slave/later:\nfile\n')
      await engine.gantry([
        'exec',
        id,
        'sh',
        '-c',
        'mkdir /shared/back && mount -t tmpfs back /shared/back && touch /shared/back/file',
      ])
      assert.ok(existsSync(join(folder, 'back/file')))
      await remove(engine, id)
      assert.match(await refusal({ Binds: ['/proc/sys:/m:shared'] }), /is mounted on \S+ but it is not a shared mount/)
    })

    test('the process namespace of the host: what is left behind ends with the container', async () => {
      const script = 'sleep 987654 & echo $$; exit 3'
      const ended = await runToEnd(engine, { Cmd: ['sh', '-c', script], HostConfig: { PidMode: 'host' } })
      assert.equal(ended.code, 3)
      assert.ok(Number(ended.stdout) > 1)
      await until('nothing of it runs', async () => !isRunning('sleep\x00987654'))
    })

    test('namespaces of another container', async () => {
      const donor = await start(engine, {
        Cmd: ['sh', '-c', 'echo up; sleep 1000'],
        Hostname: 'donor',
        HostConfig: { IpcMode: 'shareable', ShmSize: 2 ** 20 },
      })
      await until('it is up', async () => (await logs(engine, donor, 'stdout=1')) === 'up\n')
      const joined = { IpcMode: `container:${donor}`, PidMode: `container:${donor}`, NetworkMode: `container:${donor}` }
      const found = await lines(
        'hostname; cat /etc/hostname; tr "\\0" " " < /proc/1/cmdline; echo; echo shared > /dev/shm/file; ls /sys/class/net; df -k /dev/shm | tail -n1 | tr -s " " | cut -d" " -f2',
        joined,
      )
      assert.deepEqual(found, ['donor', 'donor', 'sleep 1000 ', 'eth0', 'lo', '1024'])
      assert.equal((await engine.gantry(['exec', donor, 'cat', '/dev/shm/file'])).stdout, 'shared\n')

      await engine.endDaemon('SIGKILL')
      await engine.startDaemon()
      assert.deepEqual(await lines('cat /dev/shm/file', joined), ['shared'])
      await remove(engine, donor)
      const late = await create(engine, { Cmd: ['true'], HostConfig: { NetworkMode: `container:${donor}` } })
      assert.equal((await engine.api('POST', `/containers/${late}/start`)).status, 404)
      await remove(engine, late)
    })

    test('a group of control groups elsewhere: it can be seen, paused and ended', async () => {
      const parent = `gantry-options-${runtime}`
      const id = await start(engine, {
        Cmd: ['sh', '-c', 'echo up; sleep 1000'],
        HostConfig: { CgroupParent: parent, CgroupnsMode: 'host' },
      })
      await until('it is up', async () => (await logs(engine, id, 'stdout=1')) === 'up\n')
      const { Processes } = (await engine.api('GET', `/containers/${id}/top`)).json as { Processes: string[][] }
      assert.equal(Processes.length, 1)
      assert.equal((await engine.api('POST', `/containers/${id}/pause`)).status, 204)
      assert.equal((await engine.api('POST', `/containers/${id}/unpause`)).status, 204)
      const { State } = (await engine.api('GET', `/containers/${id}/json`)).json as { State: { Pid: number } }
      assert.match(readFileSync(`/proc/${State.Pid}/cgroup`, 'utf8'), new RegExp(`:/${parent}/${id}$`, 'm'))
      await remove(engine, id)
      // As with Docker, the group itself is its creator's.
      assert.ok(removeCgroup(detectCgroups(), `/${parent}`))
    })
  })
}

function isRunning(commandLine: string): boolean {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .some(pid => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(commandLine)
      } catch {
        return false
      }
    })
}
