/** Our tar codec and GNU tar read each other's archives, of real trees in every format. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  ftruncateSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { TarEntry } from '#lib/tar/header'
import { decodeName, encodeName } from '#lib/tar/name'
import { TAR_END, type TarMember, tarHeader, tarPadding } from '#lib/tar/writer'
import { gnuListing, ourListing, readTar } from '../support/tar-listing.ts'

const work = mkdtempSync(join(tmpdir(), 'gantry-tar-'))
after(() => rmSync(work, { recursive: true }))

const LATIN1 = Buffer.from('latin1-caf\xe9 \n\\', 'latin1')
const BEFORE_1970 = '1969-12-31 23:59:58.75 UTC'
const BIG = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251))

const tree = join(work, 'tree')
makeTree()

function makeTree(): void {
  const at = (name: string | Buffer) => Buffer.concat([Buffer.from(`${tree}/`), Buffer.from(name)])
  const long = Array.from({ length: 5 }, (_, i) => `${i}`.repeat(60)).join('/')
  mkdirSync(join(tree, long), { recursive: true, mode: 0o750 })
  writeFileSync(at('plain'), 'content\n', { mode: 0o640 })
  writeFileSync(at('empty'), '')
  writeFileSync(at('setuid'), BIG, { mode: 0o4755 })
  writeFileSync(at('n'.repeat(100)), 'x')
  writeFileSync(at('n'.repeat(101)), 'y')
  writeFileSync(join(tree, long, 'deep'), 'deep')
  writeFileSync(at(LATIN1), 'not UTF-8')
  writeFileSync(at('unicodé-漢'), 'UTF-8')
  writeFileSync(at(' leading blank'), 'b')
  linkSync(at('plain'), at('zz-hard'))
  symlinkSync('plain', at('soft'))
  symlinkSync('t'.repeat(300), at('soft-long'))
  const nodes = [
    ['mknod', 'null', 'c', '1', '3'],
    ['mknod', 'loop', 'b', '7', '200'],
    ['mkfifo', 'pipe'],
  ]
  for (const [command = '', name = '', ...rest] of nodes) run(command, [join(tree, name), ...rest])
  for (const name of ['plain', 'empty', 'setuid']) utimesSync(at(name), 1_700_000_000.25, 1_700_000_000.25)
  run('touch', ['-h', '-d', BEFORE_1970, join(tree, 'soft')])
  const fd = openSync(at('sparse'), 'w')
  writeSync(fd, 'head', 0)
  writeSync(fd, 'middle', 1 << 20)
  ftruncateSync(fd, 3 << 20)
  closeSync(fd)
}

function run(command: string, args: readonly string[], input?: Uint8Array): Buffer {
  const options = { maxBuffer: 1 << 28, ...(input && { input }) }
  const { status, stdout, stderr } = spawnSync(command, args, options)
  assert.equal(status, 0, `${command}: ${stderr.toString()}`)
  return stdout
}

function read(archive: Buffer): Map<string, { entry: TarEntry; content: Buffer }> {
  const found = new Map<string, { entry: TarEntry; content: Buffer }>()
  readTar([archive], (entry, content) => found.set(entry.name, { entry, content }))
  return found
}

for (const format of ['pax', 'gnu', 'oldgnu', 'ustar', 'v7', 'posix']) {
  test(`a tree in ${format} format`, () => {
    // ustar and v7 cannot say long names or odd times; what they can is compared.
    const narrow = format === 'ustar' || format === 'v7'
    const names = narrow ? ['plain', 'empty', 'setuid', 'soft', 'zz-hard', 'n'.repeat(99)] : ['.']
    if (narrow) writeFileSync(join(tree, 'n'.repeat(99)), 'x')
    const numeric = format === 'v7' ? [] : ['null', 'loop', 'pipe', decodeName(LATIN1)]
    const args = (narrow ? [...names, ...numeric] : names).map(name => encodeName(name))
    const list = join(work, 'names')
    writeFileSync(list, Buffer.concat(args.flatMap(name => [name, Buffer.alloc(1)])))
    // GNU tar 1.34 adds the fraction of a time before 1970 where it should take it away.
    lutimesSync(join(tree, 'soft'), 5, 5)
    const archive = run('tar', ['--sort=name', `--format=${format}`, '-C', tree, '-cf', '-', '--null', '-T', list])
    run('touch', ['-h', '-d', BEFORE_1970, join(tree, 'soft')])
    assert.deepEqual(ourListing([archive]), gnuListing(archive))
    const found = read(archive)
    const dot = narrow ? '' : './'
    assert.deepEqual(found.get(`${dot}setuid`)?.content, BIG)
    assert.equal(found.get(`${dot}plain`)?.content.toString(), 'content\n')
    if (format !== 'v7') assert.equal(found.get(dot + decodeName(LATIN1))?.content.toString(), 'not UTF-8')
    if (!narrow) assert.equal(found.get(`${dot}soft-long`)?.entry.linkName, 't'.repeat(300))
  })
}

for (const format of ['gnu', 'pax']) {
  test(`a sparse file in ${format} format`, () => {
    const archive = run('tar', [`--format=${format}`, '-S', '-C', tree, '-cf', '-', 'sparse', 'plain'])
    assert.deepEqual(ourListing([archive]), gnuListing(archive))
    const found = read(archive)
    const sparse = found.get('sparse')
    assert.equal(sparse?.entry.sparse, true)
    assert.ok(archive.length < 1 << 20)
    assert.ok(sparse?.content.equals(readFileSync(join(tree, 'sparse'))))
    assert.equal(found.get('plain')?.entry.sparse, false)
  })
}

for (const format of ['0.0', '0.1']) {
  test(`a sparse file in PAX format ${format} is refused by name`, () => {
    const archive = run('tar', ['--format=pax', '-S', `--sparse-version=${format}`, '-C', tree, '-cf', '-', 'sparse'])
    assert.throws(() => read(archive), { message: /sparse format 0\.0 is not read, only 1\.0/ })
  })
}

test('times before 1970 keep their fraction', () => {
  const archive = run('tar', ['--format=pax', '-C', tree, '-cf', '-', 'soft'])
  assert.equal(read(archive).get('soft')?.entry.mtime, -1_250_000_000n)
})

test('GNU tar lists and unpacks what we write', () => {
  const members: (TarMember & { content?: Buffer })[] = [
    { type: 'dir', name: 'd', mode: 0o750, uid: 5, gid: 6 },
    { type: 'file', name: `d/${'long'.repeat(60)}`, mode: 0o600, content: BIG, mtime: 1_700_000_000_250_000_000n },
    { type: 'file', name: `d/${decodeName(LATIN1)}`, mode: 0o644, content: Buffer.from('x') },
    { type: 'file', name: `d/${'\udcff'.repeat(120)}`, mode: 0o644, content: Buffer.from('y') },
    { type: 'hardlink', name: 'd/hard', linkName: `d/${'long'.repeat(60)}` },
    { type: 'symlink', name: 'd/soft', linkName: 's'.repeat(500), mode: 0o777 },
    { type: 'char', name: 'd/null', devMajor: 1, devMinor: 3, mode: 0o666 },
    { type: 'fifo', name: 'd/pipe', mode: 0o622, uid: 3_000_000_000 },
  ]
  const parts = members.flatMap(({ content = Buffer.alloc(0), ...member }) => [
    tarHeader({ ...member, size: content.length }),
    content,
    tarPadding(content.length),
  ])
  const archive = Buffer.concat([...parts, TAR_END])
  assert.deepEqual(gnuListing(archive), ourListing([archive]))
  const out = join(work, 'out')
  mkdirSync(out)
  run('tar', ['-C', out, '-xpf', '-'], archive)
  assert.ok(readFileSync(join(out, 'd/hard')).equals(BIG))
  assert.equal(readFileSync(Buffer.concat([Buffer.from(`${out}/d/`), LATIN1])).toString(), 'x')
  assert.deepEqual(run('tar', ['-C', out, '--diff', '-f', '-'], archive).toString(), '')
})

test('extended attributes go to GNU tar and come back', () => {
  const xattrs = new Map([
    ['user.plain', new Uint8Array(Buffer.from('value'))],
    ['user.odd=100%', new Uint8Array([0, 10, 61, 255])],
  ])
  const archive = Buffer.concat([tarHeader({ type: 'file', name: 'attributes', mode: 0o644, xattrs }), TAR_END])
  const attributes = ['--xattrs', '--xattrs-include=*']
  run('tar', [...attributes, '-C', work, '-xf', '-'], archive)
  const again = run('tar', ['--format=pax', ...attributes, '-C', work, '-cf', '-', 'attributes'])
  assert.deepEqual(
    new Map([...(read(again).get('attributes')?.entry.xattrs ?? [])].sort()),
    new Map([...xattrs].sort()),
  )
})
