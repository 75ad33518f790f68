/** Changes, export and commit of containers with every kind of file, and what others make of the image. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { detectCgroups } from '#linux'
import { DOCKER_PROGRAMS, DockerPeer } from '../parity/peers/docker-peer.ts'
import { systemSkip, TestEngine } from '../support/engine.ts'
import { type Finished, run } from '../support/process.ts'

/** Below /t, where the image has a folder `old` with two files, and a file `gone`. */
const WORK = `
  cd /t && rm gone && rm -r old && mkdir old && echo new > old/new
  echo text > file && ln file hard && ln -s ../nowhere link && mkfifo fifo && mknod null c 1 3
  mkdir -p a/b && chmod 1777 a && chown 12:34 a/b && chmod 4755 file && touch -d @1000000000 a/b
  dd if=/dev/zero of=sparse bs=1 count=1 seek=1000000 2>/dev/null
  touch "$(printf 'odd\\377name')" && mkdir '.x' && echo done`

describe('files of containers', { skip: systemSkip() }, () => {
  const work = mkdtempSync(join(tmpdir(), 'gantry-commit-'))
  let engine: TestEngine
  const gantry = async (...args: string[]) => ok(await engine.gantry(args))

  before(async () => {
    engine = await TestEngine.start()
    await gantry(
      'run',
      '--name',
      'base',
      'busybox',
      'sh',
      '-c',
      'mkdir -p /t/old && cd /t && touch old/x old/y gone kept',
    )
    await gantry('commit', 'base', 'base:1')
    await gantry('run', '--name', 'work', 'base:1', 'sh', '-ec', WORK)
    await gantry('commit', '-m', 'why', '-a', 'who', '-c', 'CMD ["cat", "/t/old/new"]', 'work', 'work:1')
  })

  after(async () => {
    await engine[Symbol.asyncDispose]()
    rmSync(work, { recursive: true })
  })

  /** What `tar` lists of a container's export, below `t`. */
  async function exported(name: string): Promise<string[]> {
    const path = join(work, `${name}.tar`)
    await gantry('export', '-o', path, name)
    return await listing(path)
  }

  test('changes say what was added, modified and deleted', async () => {
    const lines = (await gantry('diff', 'work')).split('\n').filter(line => line !== '')
    for (const line of [
      'C /t',
      'D /t/gone',
      'C /t/old',
      'A /t/old/new',
      'D /t/old/x',
      'D /t/old/y',
      'A /t/a/b',
      'A /t/link',
    ]) {
      assert.ok(lines.includes(line), `${line} in\n${lines.join('\n')}`)
    }
    assert.ok(!lines.some(line => line.includes('kept')))
    assert.equal(lines.indexOf('C /t'), 0, 'a folder comes before what is in it')
  })

  test('a committed image is the container that it was made of', async () => {
    assert.equal(await gantry('run', '--rm', 'work:1'), 'new\n')
    await gantry('create', '--name', 'again', 'work:1')
    const before = await exported('work')
    assert.deepEqual(await exported('again'), before)
    const shown = before.join('\n')
    for (const pattern of [/^crw\S+ 0\/0 +1,3 .* t\/null$/m, /^prw.* t\/fifo$/m, /^lrw.* t\/link -> \.\.\/nowhere$/m])
      assert.match(shown, pattern)
    assert.match(shown, /^-rwsr-xr-x .* t\/file$/m)
    assert.match(shown, /t\/hard link to t\/file$/m)
    assert.match(shown, /^drwxrwxrwt .* t\/a\/$/m)
    assert.match(shown, /^drwxr-xr-x 12\/34 .*2001-09-09 01:46:40.* t\/a\/b\/$/m)
    assert.match(shown, /t\/odd\\377name$/m)
    assert.doesNotMatch(shown, /t\/(gone|old\/x)/)
    const history = await gantry('history', '--format', '{{.Comment}}|{{.Size}}', 'work:1')
    assert.match(history, /^why\|1MB\n/)
  })

  test('what changed nothing makes no layer', async () => {
    await gantry('create', '--name', 'idle', 'work:1', 'true')
    await gantry('commit', '-c', 'LABEL a=b', 'idle', 'idle:1')
    const layers = (name: string) => gantry('image', 'inspect', '-f', '{{json .RootFS.Layers}}', name)
    assert.equal(await layers('idle:1'), await layers('work:1'))
    assert.equal(
      await gantry('history', '-q', '--no-trunc', 'idle:1'),
      `${(await gantry('image', 'inspect', '-f', '{{.Id}}', 'idle:1')).trim()}\n${'<missing>\n'.repeat(3)}`,
    )
  })

  for (const program of DOCKER_PROGRAMS) {
    test(`${program.name} loads it with the same files`, { skip: program.absent }, async () => {
      await using peer = await DockerPeer.start(program)
      const env = { PATH: program.path, HOME: peer.folder, DOCKER_HOST: `unix://${peer.socket}` }
      const docker = async (...args: string[]) => ok(await run(program.cli, args, { env }))
      const image = join(work, 'work-image.tar')
      await gantry('save', '-o', image, 'work:1')
      await docker('load', '-i', image)
      assert.equal(await docker('run', '--rm', '--network', 'none', 'work:1'), 'new\n')
      await docker('create', '--name', 'theirs', 'work:1')
      const path = join(work, 'theirs.tar')
      await docker('export', '-o', path, 'theirs')
      assert.deepEqual(await listing(path), await exported('work'))
    })
  }

  test('an export of a running container, while it writes', async () => {
    await gantry(
      'run',
      '-d',
      '--name',
      'busy',
      'busybox',
      'sh',
      '-c',
      'while :; do date > /now; rm -r /x; mkdir -p /x/y/z; done',
    )
    const path = join(work, 'busy.tar')
    await gantry('export', '-o', path, 'busy')
    assert.equal((await run('tar', ['-tf', path])).code, 0)
    await gantry('rm', '-f', 'busy')
  })

  test('a container stands still while it is committed, and goes on whatever happens to the daemon', async () => {
    await gantry(
      'run',
      '-d',
      '--name',
      'big',
      'busybox',
      'sh',
      '-c',
      'dd if=/dev/zero of=/big bs=1M count=256; echo ready; sleep 1000',
    )
    await until(async () => (await engine.gantry(['logs', 'big'])).stdout.includes('ready'))
    const id = (await gantry('ps', '-q', '--no-trunc', '--filter', 'name=big')).trim()
    const isFrozen = frozenReader(id)
    const commit = engine.gantry(['commit', 'big', 'big:1'])
    await until(async () => isFrozen())
    await engine.endDaemon('SIGKILL')
    assert.notEqual((await commit).code, 0)
    await engine.startDaemon()
    assert.equal(isFrozen(), false)
    assert.equal((await engine.gantry(['image', 'inspect', 'big:1'])).code, 1)
    await gantry('commit', 'big', 'big:2')
    assert.equal(isFrozen(), false)
    await gantry('rm', '-f', 'big')
  })

  test('what cannot be committed or exported says so', async () => {
    const refused = async (pattern: RegExp, ...args: string[]) =>
      assert.match((await engine.gantry(args)).stderr, pattern)
    await refused(/No such container: nope/, 'commit', 'nope')
    await refused(/No such container: nope/, 'export', 'nope')
    await refused(/No such container: nope/, 'diff', 'nope')
    await refused(/RUN is not a valid change command/i, 'commit', '-c', 'RUN true', 'work')
    await refused(/must be lowercase/, 'commit', 'work', 'UPPER')
  })
})

/** Asks for the state of the control group of a container: engines have theirs at the top of a hierarchy. */
function frozenReader(id: string): () => boolean {
  const { hierarchies } = detectCgroups()
  const first = hierarchies.find(tree => tree.version === 1 && tree.controllers.includes('freezer'))
  const tree = first ?? hierarchies.find(({ version }) => version === 2)
  const parents = readdirSync(tree?.mountPoint ?? '').map(name => join(tree?.mountPoint ?? '', name, id))
  const folder = parents.find(path => existsSync(path))
  assert.ok(folder !== undefined, 'no control group')
  const file = join(folder, first === undefined ? 'cgroup.events' : 'freezer.state')
  return () => /^(frozen 1|FROZEN)$/m.test(readFileSync(file, 'utf8'))
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await turn()
}

/** Members below `t`, as GNU tar lists them. */
async function listing(path: string): Promise<string[]> {
  const args = ['-tvf', path, '--full-time', '--numeric-owner', '--quoting-style=escape']
  const { code, stdout, stderr } = await run('tar', args, {
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' },
  })
  assert.equal(code, 0, stderr)
  // Docker's have no fractions of seconds.
  return stdout
    .split('\n')
    .filter(line => / t\//.test(line))
    .map(line => line.replace(/(:\d\d)(\.\d+)? +/, '$1 '))
}

function ok({ code, stdout, stderr }: Finished): string {
  assert.equal(code, 0, stderr)
  return stdout
}
