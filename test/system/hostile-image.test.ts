/** Images that were made to reach the host: it stays as it is, and every refusal says what is wrong (SAFETY A, B). */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { busyboxArchive, type Member, tarOf } from '../support/busybox.ts'
import { Canary, SECRET } from '../support/canary.ts'
import { create, type Ended, loadImage, remove, runToEnd } from '../support/containers.ts'
import { systemSkip, TestEngine } from '../support/engine.ts'
import { residentBytes } from '../support/proc.ts'

const skip = systemSkip()
const GCC = '/usr/bin/gcc'

let engine: TestEngine
let canary: Canary
const base = skip === false ? busyboxArchive() : Buffer.alloc(0)

before(async () => {
  if (skip !== false) return
  engine = await TestEngine.start()
  canary = new Canary()
})

after(async () => {
  if (skip !== false) return
  canary.check('at the end')
  canary[Symbol.dispose]()
  await engine[Symbol.asyncDispose]()
})

/** An image of busybox with a layer above it, and what its configuration says. */
async function image(members: readonly Member[], config: object = {}): Promise<void> {
  await loadImage(engine, { layers: [base, tarOf(members)], names: ['evil:1'], config: { config } })
}

async function run(members: readonly Member[], body: object, config: object = {}): Promise<Ended> {
  await image(members, config)
  return await runToEnd(engine, { Image: 'evil:1', ...body })
}

const sh = (script: string) => ({ Cmd: ['sh', '-c', script] })

describe('links where the engine or the runtime writes (S26, S29, S30)', { skip }, () => {
  const files = ['etc/hosts', 'etc/resolv.conf', 'etc/hostname', 'etc/mtab', '.dockerenv', 'dev/console']
  const folders = [
    'dev',
    'dev/pts',
    'dev/shm',
    'dev/mqueue',
    'proc',
    'sys',
    'sys/fs/cgroup',
    'etc',
    'run',
    'root',
    'tmp',
  ]
  const targets = () => [canary.folder, `../../../../../../..${canary.folder}`, join(canary.folder, 'new')]

  test('files and folders, absolute, relative and dangling', async () => {
    for (const name of [...files, ...folders]) {
      for (const target of targets()) {
        const linkName = files.includes(name) ? join(target, 'file') : target
        const parents: Member[] = name.includes('/')
          ? [{ type: 'dir', name: name.slice(0, name.indexOf('/')), mode: 0o755 }]
          : []
        const { stdout, refusal } = await run([...parents, { type: 'symlink', name, linkName, mode: 0o777 }], {
          ...sh(`echo x > /etc/hosts; echo y > /${name}; cat /${name}; echo done`),
          Tty: false,
        })
        canary.check(`${name} -> ${linkName}`)
        assert.doesNotMatch(stdout, new RegExp(SECRET), name)
        assert.ok(refusal !== '' || stdout.endsWith('done\n'), `${name} -> ${linkName}: ${refusal} ${stdout}`)
      }
    }
  })

  test('a chain of links, a loop, and one through /proc', async () => {
    const members: Member[] = [
      { type: 'symlink', name: 'a', linkName: '/b/..', mode: 0o777 },
      { type: 'symlink', name: 'b', linkName: canary.folder, mode: 0o777 },
      { type: 'symlink', name: 'etc/hosts', linkName: '/a/file', mode: 0o777 },
      { type: 'symlink', name: 'etc/hostname', linkName: '/etc/hostname', mode: 0o777 },
      { type: 'symlink', name: 'etc/resolv.conf', linkName: `/proc/1/root${canary.folder}/file`, mode: 0o777 },
    ]
    const { stdout, refusal } = await run(members, sh('cat /etc/hosts /etc/hostname /etc/resolv.conf'))
    assert.equal(refusal, '')
    assert.doesNotMatch(stdout, new RegExp(SECRET))
    canary.check('chains')
  })

  test('what a container plants between two starts', async () => {
    await image([])
    const plant = `rm -rf /etc/hosts /w; ln -s ${canary.folder} /w; mkdir -p /x; ln -s ${canary.folder}/file /etc/motd`
    const id = await create(engine, { Image: 'evil:1', ...sh(plant), WorkingDir: '/w' })
    for (let round = 0; round < 2; round++) {
      await engine.api('POST', `/containers/${id}/start`)
      await engine.api('POST', `/containers/${id}/wait`)
    }
    canary.check('planted')
    await remove(engine, id)
  })

  test('the destination of a bind is resolved inside', async () => {
    const links: Member[] = [{ type: 'symlink', name: 'out', linkName: canary.folder, mode: 0o777 }]
    await image(links)
    for (const destination of ['/out', '/out/below', '/out/new/deep', '/etc/../out/x']) {
      const Binds = [`/usr/share:${destination}:ro`]
      await runToEnd(engine, { Image: 'evil:1', ...sh('echo done'), HostConfig: { Binds } })
      canary.check(destination)
    }
  })
})

describe('working folders (S27)', { skip }, () => {
  test('none leads to a descriptor or out of the root', async () => {
    const folders = [
      ...Array.from({ length: 62 }, (_, at) => `/proc/self/fd/${at + 3}`),
      ...[
        '/proc/self/cwd',
        '/proc/self/root/..',
        '/proc/1/root',
        '/dev/fd/7',
        '/dev/fd',
        '/dev/../proc/self/fd/8',
        '//proc//self/fd/9',
      ],
    ]
    for (const WorkingDir of folders) {
      const { status, text } = await engine.api('POST', '/containers/create', { Image: 'busybox', WorkingDir })
      assert.deepEqual([status, /leads to descriptors/.test(text)], [400, true], WorkingDir)
    }
    for (let fd = 3; fd < 40; fd += 4) {
      const links: Member[] = [{ type: 'symlink', name: 'w', linkName: `/proc/self/fd/${fd}`, mode: 0o777 }]
      const { stdout, refusal } = await run(links, { ...sh('ls ../../../..'), WorkingDir: '/w' })
      assert.ok(refusal !== '' || !stdout.includes('boot'), `fd ${fd}: ${stdout}`)
    }
  })

  test('links out of the root end inside, a file is refused', async () => {
    const links: Member[] = [
      { type: 'symlink', name: 'w', linkName: canary.folder, mode: 0o777 },
      { type: 'symlink', name: 'loop', linkName: '/loop', mode: 0o777 },
      { type: 'file', name: 'plain' },
    ]
    await image(links)
    for (const WorkingDir of [
      '/w',
      '/w/new/deep',
      '/loop',
      '/plain',
      '/plain/x',
      `/${'a/'.repeat(2000)}`,
      `/${'b'.repeat(300)}`,
    ]) {
      const { stdout, refusal } = await runToEnd(engine, { Image: 'evil:1', ...sh('ls -a . && pwd'), WorkingDir })
      canary.check(WorkingDir)
      assert.ok(refusal !== '' || !stdout.includes('below'), `${WorkingDir.slice(0, 20)}: ${stdout}`)
    }
  })
})

describe('users (S17, S18)', { skip }, () => {
  const id = (User: string, passwd: readonly Member[] = []) => run(passwd, { Cmd: ['id'], User })
  const passwd = (content: string): Member[] => [{ type: 'file', name: 'etc/passwd', content }]

  test('numbers are numbers, in range, whatever passwd says', async () => {
    const odd = passwd(
      '1000:x:0:0::/:\nroot:x:0:0::/root:\nbig:x:4294967296:4294967296::/:\nneg:x:-1:-1::/:\nempty::::::\n:x:7:7::/:\n',
    )
    assert.match((await id('1000', odd)).stdout, /^uid=1000/)
    for (const user of [
      '2147483648',
      '4294967296',
      '-1',
      '1:99999999999',
      '1:-1',
      '99999999999999999999',
      '1e3',
      '0x0',
      ' 0',
      'big',
      'neg',
      'empty',
      'root:nope',
    ]) {
      const { refusal, stdout } = await id(user, odd)
      assert.match(refusal, /uids and gids must be in range|unable to find (user|group)/, `${user}: ${stdout}`)
    }
    assert.match((await id(':', odd)).stdout, /^uid=0\(\w+\) gid=0/)
    assert.match((await id(':5', odd)).stdout, /^uid=0\(\w+\) gid=5/)
  })

  test('the primary group is among the groups (S19), and none of the daemon’s', async () => {
    assert.match((await run([], { Cmd: ['id', '-G'], User: '1000:5' })).stdout, /^5\n$/)
    assert.match((await run([], { Cmd: ['id', '-G'], User: 'user' })).stdout, /^1000 100\n$/)
  })

  test('passwd as a link to the host, a pipe, a device, a folder, and too large', { timeout: 30_000 }, async () => {
    const before = residentBytes(engine.pid)
    const cases: readonly (readonly [Member, RegExp])[] = [
      [
        { type: 'symlink', name: 'etc/passwd', linkName: `${canary.folder}/passwd`, mode: 0o777 },
        /unable to find user canary/,
      ],
      [
        { type: 'symlink', name: 'etc/passwd', linkName: '/dev/zero', mode: 0o777 },
        /unable to find user|not a regular file/,
      ],
      [{ type: 'fifo', name: 'etc/passwd' }, /not a regular file/],
      [{ type: 'char', name: 'etc/passwd', devMajor: 1, devMinor: 5 }, /not a regular file/],
      // No driver has this number: an attempt to open it would say so.
      [{ type: 'char', name: 'etc/passwd', devMajor: 4000, devMinor: 5 }, /not a regular file/],
      [{ type: 'dir', name: 'etc/passwd' }, /not a regular file/],
      [{ type: 'file', name: 'etc/passwd', content: Buffer.alloc(9 * 1024 * 1024, 'x:x:1:1::/:\n') }, /larger than/],
      [{ type: 'file', name: 'etc/passwd', content: Buffer.alloc(7 * 1024 * 1024, ':') }, /unable to find user/],
      [{ type: 'file', name: 'etc/passwd', content: Buffer.alloc(7 * 1024 * 1024, '\n') }, /unable to find user/],
      [{ type: 'file', name: 'etc/passwd', content: Buffer.from([0xff, 0xfe, 0, 10, 0]) }, /unable to find user/],
    ]
    for (const [member, words] of cases) {
      const begin = performance.now()
      const { refusal } = await id('canary', [member])
      assert.match(refusal, words, JSON.stringify(member).slice(0, 80))
      assert.ok(performance.now() - begin < 5000)
    }
    assert.ok(residentBytes(engine.pid) - before < 128 * 1024 * 1024, 'memory of the daemon')
  })
})

describe('what a container holds and may do', { skip }, () => {
  test('descriptors 0, 1 and 2, and nothing of the runtime in its environment (S28)', async () => {
    const { stdout } = await run([], { Cmd: ['sh', '-c', 'ls /proc/1/fd; ls /proc/self/fd; env'] })
    // The second list holds the folder that ls itself reads.
    assert.match(stdout, /^0\n1\n2\n0\n1\n2\n3\n/)
    assert.doesNotMatch(stdout, /_OCI_|LISTEN_|NOTIFY_SOCKET|GANTRY/)
  })

  test('capabilities and seccomp are on for root and for others (S35, S36)', async () => {
    for (const User of ['0', '1000']) {
      const { stdout } = await run([], { Cmd: ['cat', '/proc/self/status'], User })
      assert.match(stdout, /^CapInh:\t0+$/m)
      assert.match(stdout, /^CapAmb:\t0+$/m)
      assert.match(stdout, /^CapBnd:\t00000000a80425fb$/m)
      assert.match(stdout, User === '0' ? /^CapEff:\t00000000a80425fb$/m : /^CapEff:\t0+$/m)
      assert.match(stdout, /^Seccomp:\t2$/m)
    }
  })

  test('hidden and read-only files of /proc and /sys, and no way to the host’s groups (S38, S40)', async () => {
    const script = [
      'for f in /proc/kcore /proc/keys /proc/timer_list /proc/sched_debug /proc/interrupts; do [ -s $f ] && head -c 1 $f | grep -q . && echo shown $f; done',
      'for d in /proc/acpi /proc/scsi /sys/firmware; do [ -d $d ] && [ -n "$(ls -A $d)" ] && echo shown $d; done',
      'for f in /proc/sys/kernel/core_pattern /proc/sysrq-trigger /proc/irq/default_smp_affinity /proc/sys/vm/drop_caches; do (echo x > $f) 2>/dev/null && echo wrote $f; done',
      'find /sys/fs/cgroup -name release_agent -o -name devices.allow -o -name notify_on_release -o -name cgroup.procs | while read f; do (echo 1 > $f) 2>/dev/null && echo wrote $f; done',
      'mkdir /sys/fs/cgroup/memory/x /sys/fs/cgroup/x 2>/dev/null && echo made a group',
      'touch /sys/x /proc/x 2>/dev/null && echo made a file',
      'cat /proc/self/cgroup',
      'echo end',
    ].join('\n')
    const { stdout } = await run([], sh(script))
    assert.match(stdout, /^(\d+:[^\n]*:\/\n)+end\n$/)
  })

  test('system calls that reach the host, with a program of our own (S37, S39)', {
    skip: existsSync(GCC) ? false : 'needs gcc',
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gantry-probe-'))
    execFileSync(GCC, ['-static', '-o', join(folder, 'probe'), join(import.meta.dirname, '../support/syscall-probe.c')])
    const probe: Member = { type: 'file', name: 'bin/probe', mode: 0o755, content: readFileSync(join(folder, 'probe')) }
    rmSync(folder, { recursive: true })
    for (const User of ['0', '1000']) {
      const { stdout, refusal } = await run([probe], { Cmd: ['probe'], User, HostConfig: { NetworkMode: 'none' } })
      assert.equal(refusal, '')
      const results = stdout
        .trim()
        .split('\n')
        .map(line => line.split(' '))
      assert.ok(results.length > 40)
      const succeeded = results.filter(([, errno]) => errno === '0').map(([name]) => name)
      const expected =
        User === '0' ? ['allowed-null', 'allowed-inet', 'allowed-unix'] : ['allowed-inet', 'allowed-unix']
      assert.deepEqual(succeeded, expected)
    }
  })

  test('a device in the image cannot be opened (S14)', async () => {
    const nodes: Member[] = [
      { type: 'block', name: 'disk', devMajor: 8, devMinor: 0, mode: 0o666 },
      { type: 'char', name: 'mem', devMajor: 1, devMinor: 1, mode: 0o666 },
    ]
    const { stdout } = await run(nodes, sh('for f in disk mem; do head -c 1 /$f && echo read; done 2>&1'))
    assert.doesNotMatch(stdout, /read/)
  })
})

describe('what a container leaves behind', { skip }, () => {
  test('trees deeper than a path, and names that are no text, are measured and removed', async () => {
    const script = [
      // Deeper than anything can be made at once: chains that are put into the end of chains.
      `n=${'d'.repeat(200)}; end=.; for i in $(seq 15); do end=$end/$n; done`,
      'for k in 1 2 3; do mkdir -p x/$end && echo y > x/$end/f; [ -d top ] && mv top x/$end/top; mv x top || exit 9; done',
      'cd /tmp && touch "$(printf \'a\\377\\376b\')" "$(printf \'line\\nline\')" && mkdir "$(printf \'\\200\')" && touch "$(printf \'\\200\')/f"',
      'mkfifo pipe && ln -s / root && chmod 000 /tmp',
    ].join('\n')
    const id = await create(engine, { ...sh(script), WorkingDir: '/home' })
    await engine.api('POST', `/containers/${id}/start`)
    const waited = (await engine.api('POST', `/containers/${id}/wait`)).json as { StatusCode: number }
    assert.equal(waited.StatusCode, 0)
    const sized = (await engine.api('GET', `/containers/${id}/json?size=1`)).json as { SizeRw: number }
    assert.ok(sized.SizeRw > 0, JSON.stringify(sized).slice(0, 300))
    const { status, text } = await engine.api('DELETE', `/containers/${id}`)
    assert.equal(status, 204, text.slice(-200))
    assert.equal(await engine.leaks(), '')
  })
})

describe('configurations that mean harm or nothing (S50, S77)', { skip }, () => {
  test('absurd values end in a run or in a refusal with words, and can be shown, listed and removed', {
    timeout: 60_000,
  }, async () => {
    const labels = Object.fromEntries(Array.from({ length: 9_999 }, (_, at) => [`label-${at}`, 'x']))
    const configs: readonly object[] = [
      { Entrypoint: [''] },
      { Entrypoint: ['', ''], Cmd: [''] },
      { Entrypoint: [], Cmd: [] },
      { Cmd: ['\u0000'] },
      { Cmd: ['a\u0000b'] },
      {
        Cmd: ['true'],
        Env: ['=x', 'A', '', '\u0000=1', 'B=a\u0000b', 'PATH=', 'LD_PRELOAD=/x.so', `BIG=${'x'.repeat(200_000)}`],
      },
      { Cmd: ['true'], Env: Array.from({ length: 9_000 }, (_, at) => `V${at}=${'x'.repeat(100)}`) },
      { Cmd: ['true'], User: ':' },
      { Cmd: ['true'], User: '\u0000' },
      { Cmd: ['true'], User: 'a'.repeat(100_000) },
      { Cmd: ['true'], WorkingDir: 'relative' },
      { Cmd: ['true'], WorkingDir: '/a\u0000b' },
      { Cmd: ['true'], WorkingDir: `/${'x/'.repeat(10_000)}` },
      {
        Cmd: ['true'],
        ExposedPorts: { '': {}, junk: {}, '99999999/tcp': {}, '80/../etc': {}, '1-65535/tcp': {}, '\u001b[2J': {} },
      },
      { Cmd: ['true'], Volumes: { '/../../etc': {}, '': {}, relative: {} } },
      { Cmd: ['true'], Labels: labels },
      { Cmd: ['true'], Labels: { __proto__x: 'a', constructor: 'b', '': '', '\u001b]0;x\u0007': '\u001b[2J' } },
      { Cmd: ['true'], StopSignal: 'SIGNOPE', StopTimeout: -5 },
      { Cmd: ['true'], StopTimeout: 9007199254740991 },
      { Cmd: ['true'], Healthcheck: { Test: ['CMD'], Interval: -1 } },
      { Cmd: ['true'], Hostname: '$(reboot)', Domainname: '../..' },
    ]
    for (const config of configs) {
      const context = JSON.stringify(config).slice(0, 120)
      await image([], config)
      const made = await engine.api('POST', '/containers/create', { Image: 'evil:1' })
      if (made.status !== 201) {
        assert.ok(made.status === 400 || made.status === 501, `${context}: ${made.status} ${made.text}`)
        continue
      }
      const { Id } = made.json as { Id: string }
      const started = await engine.api('POST', `/containers/${Id}/start`)
      assert.ok([204, 400].includes(started.status), `${context}: ${started.status} ${started.text}`)
      assert.doesNotMatch(started.text, /JSON|undefined|is not/, context)
      for (const path of [
        `/containers/${Id}/json`,
        '/containers/json?all=1',
        '/images/evil:1/json',
        '/images/evil:1/history',
      ])
        assert.equal((await engine.api('GET', path)).status, 200, `${context} ${path}`)
      const stopped = await engine.api('POST', `/containers/${Id}/stop?t=1`)
      assert.ok([204, 304].includes(stopped.status), stopped.text)
      await remove(engine, Id)
    }
  })

  test('the environment of an image sets nothing of ours', async () => {
    const Env = ['LD_PRELOAD=/evil.so', 'NODE_OPTIONS=--inspect', '_OCI_STARTPIPE=3', 'NOTIFY_SOCKET=/x', 'A=1\nB=2']
    const { stdout, code } = await run([], { Cmd: ['env'] }, { Env })
    assert.equal(code, 0)
    for (const entry of Env) assert.ok(stdout.includes(entry), 'it reaches the program as it is')
  })
})
