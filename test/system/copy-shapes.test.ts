/** Every shape of `docker cp`, by every command line: the same arguments, the same words, the same files. */
import assert from 'node:assert/strict'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { remove, start } from '../support/containers.ts'
import { DOCKER_CLIS } from '../support/docker.ts'
import { GANTRY, systemSkip, TestEngine } from '../support/engine.ts'
import { run } from '../support/process.ts'

/** Below /w of a container. */
const INSIDE = [
  'mkdir -p /w/dir/sub /w/other && cd /w',
  'echo one > file && echo two > dir/a && echo three > dir/sub/b && ln dir/a dir/hard && chmod 4751 file',
  'ln -s file link && ln -s dir dirlink && ln -s nowhere broken && ln -s /w/dir abslink && mkfifo fifo',
].join(' && ')

/** DIR is a folder of the host, C the container. */
const SHAPES: readonly (readonly string[])[] = [
  // A file into a container.
  ['DIR/file', 'C:/w/new'],
  ['DIR/file', 'C:/w/file'],
  ['DIR/file', 'C:/w/other'],
  ['DIR/file', 'C:w/other/'],
  ['DIR/file', 'C:/w/missing/'],
  ['DIR/file', 'C:/w/missing/new'],
  ['DIR/file', 'C:/w/dirlink'],
  ['DIR/file', 'C:/w/link'],
  ['DIR/file', 'C:/w/broken'],
  ['DIR/file', 'C:/w/fifo'],
  ['DIR/file', 'C:/dev/null'],
  ['DIR/file/', 'C:/w/slash'],
  ['DIR/link', 'C:/w/as-link'],
  ['-L', 'DIR/link', 'C:/w/as-file'],
  ['-L', 'DIR/link', 'C:/w/other'],
  ['DIR/file', 'C:'],
  // A folder into a container.
  ['DIR/tree', 'C:/w/t1'],
  ['DIR/tree', 'C:/w/t1'],
  ['DIR/tree/.', 'C:/w/t2'],
  ['DIR/tree/.', 'C:/w/t2'],
  ['DIR/tree/', 'C:/w/t3/'],
  ['DIR/tree', 'C:/w/file'],
  ['DIR/tree', 'C:/w/dirlink'],
  ['DIR/tree/.', 'C:/w/abslink/'],
  ['DIR/treelink', 'C:/w/t5'],
  ['DIR/treelink/.', 'C:/w/t6'],
  ['-L', 'DIR/treelink', 'C:/w/t7'],
  ['-L', 'DIR/treelink', 'C:/w/other'],
  ['-a', 'DIR/tree', 'C:/tmp/t8'],
  // What cannot be.
  ['DIR/missing', 'C:/w'],
  ['DIR/file', 'nope:/w'],
  ['C:/w/file', 'C:/w/x'],
  ['DIR/file', 'DIR/other'],
  ['', 'C:/w'],
  ['DIR/file', ''],
  ['-', 'C:/w/file'],
  // Out of a container.
  ['C:/w/dir/a', 'DIR/a'],
  ['C:/w/file', 'DIR/there'],
  ['C:/w/file', 'DIR/there/'],
  ['C:/w/file', 'DIR/missing/x'],
  ['C:/w/file', 'DIR/missing/'],
  ['C:/w/link', 'DIR/l1'],
  ['-L', 'C:/w/link', 'DIR/l2'],
  ['-L', 'C:/w/link', 'DIR/there'],
  ['C:/w/broken', 'DIR/l3'],
  ['-L', 'C:/w/broken', 'DIR/l4'],
  ['C:/w/dir', 'DIR/d1'],
  ['C:/w/dir', 'DIR/d1'],
  ['C:/w/dir/.', 'DIR/d2'],
  ['C:/w/dir/.', 'DIR/d2'],
  ['C:/w/dir/', 'DIR/d3/'],
  ['C:/w/dir', 'DIR/file'],
  ['C:/w/dirlink', 'DIR/d4'],
  ['C:/w/dirlink/', 'DIR/d5'],
  ['C:/w/dirlink/.', 'DIR/d6'],
  ['-L', 'C:/w/dirlink', 'DIR/d7'],
  ['-L', 'C:/w/dirlink', 'DIR/there'],
  ['C:/w/file', 'DIR/treelink'],
  ['C:/w/missing', 'DIR/x'],
  ['nope:/w', 'DIR/x'],
  ['C:/w/file', '/dev/null'],
]

interface Shown {
  readonly args: string
  readonly code: number | null
  readonly words: string
}

const CLIENTS = [...DOCKER_CLIS, { name: 'gantry', path: GANTRY }]

describe('docker cp in every shape', {
  skip: systemSkip() || (DOCKER_CLIS.length === 0 ? 'needs docker' : false),
}, () => {
  const work = mkdtempSync(join(tmpdir(), 'gantry-shapes-'))
  let engine: TestEngine

  before(async () => {
    engine = await TestEngine.start()
  })

  after(async () => {
    await engine[Symbol.asyncDispose]()
    rmSync(work, { recursive: true })
  })

  /** All shapes in one container, which is left as it is; what was said, and every file afterwards. */
  async function results(path: string, ended: boolean): Promise<{ shown: Shown[]; files: string[] }> {
    const folder = mkdtempSync(join(work, 'dir-'))
    fillFolder(folder)
    const id = await start(engine, { Cmd: ['sh', '-c', `${INSIDE}; echo ready; sleep 1000`] })
    await ready(engine, id)
    if (ended) await engine.api('POST', `/containers/${id}/kill`)
    if (ended) await engine.api('POST', `/containers/${id}/wait`)
    const shown: Shown[] = []
    for (const shape of SHAPES) {
      const args = shape.map(part => part.replace('DIR', folder).replace(/^C:/, `${id}:`))
      const { code, stderr } = await run(path, ['cp', ...args], { env: engine.env, input: '' })
      const words = stderr.replaceAll(folder, 'DIR').replaceAll(id, 'C').replaceAll('docker', 'gantry')
      shown.push({ args: shape.join(' '), code, words: said(words) })
    }
    const { bytes } = await engine.api('GET', `/containers/${id}/archive?path=/w`)
    writeFileSync(join(folder, 'w.tar'), bytes)
    const listed = await run('tar', ['-tvf', join(folder, 'w.tar'), '--numeric-owner'], {
      env: { PATH: '/bin', TZ: 'UTC' },
    })
    const inside = listed.stdout
      .split('\n')
      .map(line => line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d/, ''))
      .sort()
    rmSync(join(folder, 'w.tar'))
    await remove(engine, id)
    return { shown, files: [...inside, ...filesOf(folder)] }
  }

  for (const ended of [false, true]) {
    test(`of a container that ${ended ? 'has ended' : 'runs'}`, async () => {
      const all = []
      for (const { path, name } of CLIENTS) all.push({ name, ...(await results(path, ended)) })
      const [newest, ...others] = all
      assert.ok(newest !== undefined && newest.files.length > 60, newest?.files.join('\n') ?? '')
      assert.ok(newest.shown.filter(({ code }) => code === 0).length > 30, JSON.stringify(newest.shown, null, 1))
      for (const { name, shown, files } of others) {
        assert.deepEqual(
          name.includes('20.10') ? shown.map(bare) : shown,
          name.includes('20.10') ? newest.shown.map(bare) : newest.shown,
          name,
        )
        assert.deepEqual(files, newest.files, name)
      }
    })
  }
})

/** Older clients say some things otherwise. */
function bare({ args, code }: Shown): object {
  return { args, failed: code !== 0 }
}

/** The docker command logs of itself when an engine refuses what it is sending, sooner or later. */
function said(stderr: string): string {
  return stderr
    .split('\n')
    .filter(line => !line.startsWith('time='))
    .join('\n')
}

async function ready(engine: TestEngine, id: string): Promise<void> {
  const { status } = await engine.api('HEAD', `/containers/${id}/archive?path=/w/fifo`)
  if (status !== 200) await ready(engine, id)
}

function fillFolder(folder: string): void {
  mkdirSync(join(folder, 'tree/y'), { recursive: true })
  mkdirSync(join(folder, 'there'))
  writeFileSync(join(folder, 'file'), 'from the host\n')
  writeFileSync(join(folder, 'tree/x'), 'x\n', { mode: 0o600 })
  writeFileSync(join(folder, 'tree/y/z'), 'z\n')
  symlinkSync('file', join(folder, 'link'))
  symlinkSync('tree', join(folder, 'treelink'))
}

function filesOf(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  return names.map(name => {
    const path = join(folder, name)
    const stat = lstatSync(path)
    const content = stat.isFile() ? readFileSync(path, 'utf8') : stat.isSymbolicLink() ? readlinkSync(path) : ''
    return [name, (stat.mode & 0o7777).toString(8), stat.uid, stat.gid, stat.nlink, content].join(' ')
  })
}
