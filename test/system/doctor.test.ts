/** What the doctor says: of the host, and of every kind of thing that may be left over. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { instanceOf } from '../../src/cmd/instance.ts'
import { busyboxArchive } from '../support/busybox.ts'
import { remove, start } from '../support/containers.ts'
import { clientEnvironment, GANTRY, systemSkip, TestEngine } from '../support/engine.ts'
import { run } from '../support/process.ts'

const skip = systemSkip()
const FOREIGN = 'f'.repeat(64)
/** Two days ago, in seconds. */
const OLD = Date.now() / 1000 - 2 * 24 * 3600

interface Leak {
  readonly kind: string
  readonly name: string
  readonly reason: string
  readonly fix: string
}

describe('gantry doctor', { skip }, () => {
  let engine: TestEngine

  before(async () => {
    engine = await TestEngine.start()
  })

  after(() => engine[Symbol.asyncDispose]())

  const roots = () => ['--data-root', engine.dataRoot, '--exec-root', engine.execRoot]
  const doctor = (...args: string[]) => run(GANTRY, ['doctor', ...args], { env: clientEnvironment() })

  test('one line for each thing, with a verdict, and a fix where one is needed', async () => {
    const { code, stdout, stderr } = await doctor(...roots())
    assert.deepEqual([code, stderr], [0, ''])
    for (const name of ['kernel', 'cgroups', 'namespaces', 'overlay', 'seccomp', 'nftables', 'IPv4 forwarding', 'disk'])
      assert.match(stdout, new RegExp(`^(ok  |note|warn)  ${name} +\\S`, 'm'))
    for (const line of stdout.trimEnd().split('\n')) assert.match(line, /^(ok {2}|note|warn) {2}\S|^ +fix: \S/)
    const json = JSON.parse((await doctor(...roots(), '--json')).stdout) as {
      name: string
      verdict: string
      fix?: string
    }[]
    assert.ok(json.length >= 15)
    for (const { name, verdict, fix } of json) {
      assert.ok(['ok', 'note', 'warn'].includes(verdict), name)
      if (verdict === 'warn') assert.ok(fix, `${name} says what to do`)
    }
  })

  test('wrong words are a usage error that names them', async () => {
    const { code, stdout, stderr } = await doctor('--leeks')
    assert.deepEqual([code, stdout], [125, ''])
    assert.match(stderr, /^gantry doctor: .*--leeks/)
    assert.equal((await doctor('--help')).code, 0)
  })

  test('without root it still says what it can, and that root is missing', async () => {
    const args = [
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      GANTRY,
      'doctor',
      '--data-root',
      '/var/lib/none',
      '--exec-root',
      '/run/none',
    ]
    const { code, stdout } = await run('setpriv', args, { env: clientEnvironment() })
    assert.equal(code, 1)
    assert.match(stdout, /^fail {2}user +not root$/m)
  })

  test('nothing is left over by a running container', async () => {
    const id = await start(engine, { Cmd: ['sleep', '1000'] })
    const { code, stdout, stderr } = await doctor('--leaks', ...roots())
    assert.deepEqual([code, stdout, stderr], [0, '', ''])
    await remove(engine, id)
    assert.equal((await doctor('--leaks', '--json', ...roots())).stdout, '[]\n')
  })

  test('everything that is planted is found, named, and said how to mend', async () => {
    const { execRoot, dataRoot } = engine
    const ip = (...args: string[]) => void execFileSync('ip', args)
    const { linkPrefix, cgroupParent } = instanceOf(dataRoot)
    const link = `${linkPrefix}planted0`
    const cgroups = groupsOf(cgroupParent)
    assert.ok(cgroups.length > 0, `control groups of ${cgroupParent}`)
    const folders = [
      join(execRoot, 'tasks', FOREIGN),
      join(execRoot, 'runtime', FOREIGN),
      join(execRoot, 'init', 'planted'),
      join(dataRoot, 'containers', FOREIGN),
      join(dataRoot, 'snapshots', '99999'),
      join(dataRoot, 'content', 'ingest', FOREIGN),
    ]
    const blob = join(dataRoot, 'content', 'blobs', 'sha256', FOREIGN)
    const mounted = join(execRoot, 'planted')
    mkdirSync(mounted)
    execFileSync('mount', ['-t', 'tmpfs', 'none', mounted])
    for (const folder of folders) mkdirSync(folder, { recursive: true })
    for (const group of cgroups) mkdirSync(join(group, FOREIGN))
    writeFileSync(blob, 'x')
    for (const path of [blob, join(dataRoot, 'content', 'ingest', FOREIGN)]) utimesSync(path, OLD, OLD)
    ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'planted-peer')
    mkdirSync(join(execRoot, 'netns'), { recursive: true })
    writeFileSync(join(execRoot, 'netns', FOREIGN), '')
    try {
      const { code, stdout } = await doctor('--leaks', '--json', ...roots())
      assert.equal(code, 1)
      const leaks = JSON.parse(stdout) as Leak[]
      for (const { kind, reason, fix } of leaks) assert.ok(reason !== '' && fix !== '', kind)
      assert.deepEqual(leaks.map(({ kind }) => kind).sort(), [
        ...['blob', 'container folder', 'control group', 'ingest', 'init folder', 'link', 'mount', 'network namespace'],
        ...['runtime state', 'snapshot folder', 'task folder'],
      ])
      assert.match(
        (await doctor('--leaks', ...roots())).stdout,
        new RegExp(`^mount: ${mounted}: no running container owns it: umount ${mounted}$`, 'm'),
      )
    } finally {
      execFileSync('umount', [mounted])
      rmSync(mounted, { recursive: true })
      for (const folder of folders) rmSync(folder, { recursive: true })
      for (const group of cgroups) execFileSync('rmdir', [join(group, FOREIGN)])
      rmSync(blob)
      ip('link', 'delete', link)
      rmSync(join(execRoot, 'netns', FOREIGN))
    }
    assert.equal((await doctor('--leaks', ...roots())).code, 0)
  })

  test('what a restart is said to take away is gone after one', async () => {
    const { execRoot, dataRoot } = engine
    for (const folder of [
      join(execRoot, 'tasks', FOREIGN),
      join(execRoot, 'init', 'planted'),
      join(dataRoot, 'containers', FOREIGN),
      join(dataRoot, 'snapshots', '99999'),
    ])
      mkdirSync(folder, { recursive: true })
    writeFileSync(join(execRoot, 'netns', FOREIGN), '')
    await engine.endDaemon('SIGTERM')
    await engine.startDaemon()
    assert.equal((await doctor('--leaks', ...roots())).stdout, '')
  })

  test('a blob and a part of one that may be waited for are no leaks, and go with an image', async () => {
    const blob = join(engine.dataRoot, 'content', 'blobs', 'sha256', 'e'.repeat(64))
    writeFileSync(blob, 'x')
    assert.equal((await doctor('--leaks', ...roots())).code, 0)
    utimesSync(blob, OLD, OLD)
    const { stdout } = await doctor('--leaks', ...roots())
    assert.equal(
      stdout,
      `blob: sha256:${'e'.repeat(64)}: nothing has needed it for a day: remove any image, which takes it away\n`,
    )
    const archive = busyboxArchive([{ type: 'file', name: 'more', content: 'x' }])
    assert.equal((await engine.api('POST', '/images/create?fromSrc=-&repo=more', archive)).status, 200)
    assert.equal((await engine.api('DELETE', '/images/more')).status, 200)
    assert.equal(existsSync(blob), false, 'the fix that was named mends it')
  })
})

/** The folders of an instance's control group, in every hierarchy. */
function groupsOf(name: string): string[] {
  const root = '/sys/fs/cgroup'
  const places = [
    root,
    ...readdirSync(root, { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(entry => join(root, entry.name)),
  ]
  return places.map(place => join(place, name)).filter(path => existsSync(path))
}
