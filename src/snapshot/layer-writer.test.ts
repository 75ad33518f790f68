import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { TarReader } from '#lib/tar/reader'
import { TAR_END, type TarMember, tarHeader, tarPadding } from '#lib/tar/writer'
import { knownFileSystems, LayerTree, mountAt, mounts, unmount } from '#linux'
import { buildImage } from './erofs/image.ts'
import { ENTRIES_MAX, ErofsTree, NotMappable, TEXT_MAX_BYTES } from './erofs/tree.ts'
import type { LayerTarget } from './layer-target.ts'
import { LayerWriter } from './layer-writer.ts'

const folder = mkdtempSync(join(tmpdir(), 'gantry-layer-'))
const canary = join(folder, 'canary')
mkdirSync(canary)
writeFileSync(join(canary, 'secret'), 'untouched')
utimesSync(join(canary, 'secret'), 1, 1)
after(() => {
  for (const { target } of mounts()) if (target.startsWith(folder)) unmount(target)
  rmSync(folder, { recursive: true })
})

function checkCanary(): void {
  assert.deepEqual(readdirSync(canary), ['secret'])
  const stat = statSync(join(canary, 'secret'))
  assert.deepEqual([stat.mtimeMs, stat.mode, stat.uid, stat.nlink], [1000, 0o100644, 0, 1])
  assert.equal(readFileSync(join(canary, 'secret'), 'utf8'), 'untouched')
  assert.equal(
    execFileSync('getfattr', ['-d', '-m', '-', join(canary, 'secret')], { stdio: ['ignore', 'pipe', 'ignore'] }).length,
    0,
  )
}

let count = 0
function newRoot(): string {
  const root = join(folder, `root${count++}`)
  mkdirSync(root)
  return root
}

type Member = TarMember & { readonly content?: string }

function archive(members: readonly Member[]): Buffer {
  const parts: Uint8Array[] = []
  for (const { content = '', ...member } of members) {
    const size = Buffer.byteLength(content)
    parts.push(
      tarHeader({ mode: 0o644, ...member, ...(member.type === 'file' ? { size } : {}) }),
      Buffer.from(content),
      tarPadding(size),
    )
  }
  return Buffer.concat([...parts, TAR_END])
}

type Apply = (tar: Buffer) => string
type ApplyMembers = (members: readonly Member[]) => string

/** Into a folder, in one piece. */
function unpack(tar: Buffer): string {
  const root = newRoot()
  write(tar, new LayerTree(root))
  return root
}

/** As a file system over the tar, mounted. */
function map(tar: Buffer): string {
  const root = newRoot()
  const tree = new ErofsTree(0n)
  write(tar, tree)
  writeFileSync(`${root}.tar`, tar)
  writeFileSync(`${root}.erofs`, buildImage(tree.root, tar.length))
  mountAt(root, { type: 'erofs', source: `${root}.erofs`, options: ['ro', `device=${root}.tar`] })
  return root
}

function write(tar: Buffer, target: LayerTarget): void {
  using writer = new LayerWriter(target)
  const reader = new TarReader(writer)
  reader.push(tar)
  reader.end()
}

const skipErofs = knownFileSystems().has('erofs') ? false : 'this kernel has no EROFS'

/** The same test of both ways to make a layer's files of its tar. */
function both(name: string, body: (apply: ApplyMembers, applyTar: Apply) => void): void {
  for (const [how, applyTar, skip] of [
    ['unpacked', unpack, false],
    ['mapped', map, skipErofs],
  ] as const) {
    test(`${how}: ${name}`, { skip }, () => body(members => applyTar(archive(members)), applyTar))
  }
}

function refuses(apply: ApplyMembers, members: readonly Member[], words: RegExp): void {
  assert.throws(() => apply(members), words)
  checkCanary()
}

const dir = (name: string, mode = 0o755): Member => ({ type: 'dir', name, mode })
const file = (name: string, content = 'x'): Member => ({ type: 'file', name, content })
const link = (name: string, linkName: string): Member => ({ type: 'symlink', name, linkName, mode: 0o777 })

both('types, owners, modes, times and attributes are exact', apply => {
  const xattrs = new Map([['user.test', Buffer.from('value')]])
  const root = apply([
    { ...dir('./', 0o751), mtime: 5_000_000_000n },
    { ...dir('d', 0o1777), uid: 12, gid: 34, mtime: 1_000_000_001n },
    {
      type: 'file',
      name: 'd/f',
      mode: 0o4755,
      uid: 65534,
      gid: 65534,
      mtime: 2_123_456_789n,
      content: 'hello',
      xattrs,
    },
    { type: 'symlink', name: 'd/l', linkName: '/nowhere', uid: 7, mtime: 3_000_000_000n },
    { type: 'hardlink', name: 'h', linkName: 'd/f' },
    { type: 'char', name: 'null', mode: 0o666, devMajor: 1, devMinor: 3 },
    { type: 'block', name: 'disk', mode: 0o600, devMajor: 259, devMinor: 70000 },
    { type: 'fifo', name: 'pipe', mode: 0o622 },
    file('forbidden/inner'),
    dir('forbidden', 0o000),
  ])
  const stat = (name: string) => lstatSync(join(root, name), { bigint: true })
  assert.equal(stat('').mode & 0o7777n, 0o751n)
  assert.equal(stat('').mtimeNs, 5_000_000_000n)
  assert.deepEqual(
    [stat('d').mode, stat('d').uid, stat('d').gid, stat('d').mtimeNs],
    [0o041777n, 12n, 34n, 1_000_000_001n],
  )
  assert.deepEqual([stat('d/f').mode, stat('d/f').uid, stat('d/f').mtimeNs], [0o104755n, 65534n, 2_123_456_789n])
  assert.deepEqual([stat('d/l').uid, stat('d/l').mtimeNs], [7n, 3_000_000_000n])
  assert.equal(readlinkSync(join(root, 'd/l')), '/nowhere')
  assert.equal(stat('h').ino, stat('d/f').ino)
  assert.equal(readFileSync(join(root, 'h'), 'utf8'), 'hello')
  assert.match(
    execFileSync('getfattr', ['-n', 'user.test', '--only-values', '--absolute-names', join(root, 'h')], {
      encoding: 'utf8',
    }),
    /^value$/,
  )
  assert.deepEqual([stat('null').isCharacterDevice(), stat('null').rdev], [true, 0x103n])
  assert.equal(stat('disk').rdev, (259n << 8n) | ((70000n & 0xffffff00n) << 12n) | (70000n & 0xffn))
  assert.ok(stat('pipe').isFIFO())
  assert.equal(stat('forbidden').mode & 0o777n, 0n)
})

both('whiteouts become overlayfs marks and hide nothing else', apply => {
  const root = apply([
    dir('d'),
    file('d/.wh.gone', ''),
    file('e/.wh..wh..opq', ''),
    file('.wh..wh.plnk', ''),
    file('e/kept'),
  ])
  const gone = lstatSync(join(root, 'd/gone'))
  assert.deepEqual([gone.isCharacterDevice(), gone.rdev], [true, 0])
  assert.match(
    execFileSync('getfattr', ['-n', 'trusted.overlay.opaque', '--only-values', '--absolute-names', join(root, 'e')], {
      encoding: 'utf8',
    }),
    /^y$/,
  )
  assert.deepEqual(readdirSync(root).sort(), ['d', 'e'])
  for (const bad of ['.wh.', '.wh..', '.wh...', 'd/.wh..']) refuses(apply, [file(bad, '')], /impossible whiteout/)
})

both('later members replace earlier ones of the same name, whatever they were', apply => {
  const root = apply([
    dir('a'),
    file('a/b/c'),
    file('a', 'now a file'),
    file('f', 'old'),
    file('f', 'new'),
    link('s', 'f'),
    file('s', 'no link'),
    dir('x'),
    link('x', '/'),
    dir('x'),
    file('x/y'),
  ])
  assert.equal(readFileSync(join(root, 'a'), 'utf8'), 'now a file')
  assert.equal(readFileSync(join(root, 'f'), 'utf8'), 'new')
  assert.equal(readFileSync(join(root, 's'), 'utf8'), 'no link')
  assert.equal(readFileSync(join(root, 'x/y'), 'utf8'), 'x')
})

both('no link leads out (S8, S9, S11)', apply => {
  const outside = canary
  const hostile: [string, Member[]][] = [
    ['absolute link, then through it', [link('l', outside), file('l/secret', 'pwned')]],
    ['relative link', [link('l', '../../canary'), file('l/secret', 'pwned')]],
    ['chain', [link('b', '/'), link('a', `b${outside}`), file('a/secret', 'pwned')]],
    ['chain with dots', [dir('d'), link('d/b', '..'), link('d/a', 'b/../../canary'), file('d/a/secret', 'pwned')]],
    ['to itself', [link('l', 'l'), file('l/x')]],
    ['link, then folder', [link('l', outside), dir('l', 0o777)]],
    [
      'link, then attributes',
      [
        link('l', join(outside, 'secret')),
        { ...file('l', 'pwned'), mode: 0o6777, uid: 5, mtime: 9n, xattrs: new Map([['user.x', Buffer.from('1')]]) },
      ],
    ],
    ['link replaced by a folder amid', [link('l', outside), dir('l'), file('l/secret', 'inside')]],
    ['hard link out', [{ type: 'hardlink', name: 'h', linkName: `../../..${outside}/secret` }, file('h', 'pwned')]],
    ['hard link through proc', [{ type: 'hardlink', name: 'h', linkName: `/proc/self/root${outside}/secret` }]],
    [
      'hard link to a link',
      [
        link('l', join(outside, 'secret')),
        { type: 'hardlink', name: 'h', linkName: 'l' },
        { ...file('h', 'pwned'), mode: 0o777 },
      ],
    ],
    ['hard link to what is not there', [{ type: 'hardlink', name: 'h', linkName: 'nothing' }]],
    ['link to proc', [link('p', '/proc/self/cwd'), file('p/x')]],
    ['names with dots', [file('../canary/secret', 'pwned')]],
    ['names with inner dots', [file('a/../../canary/secret', 'pwned')]],
    ['absolute name', [file(`${outside}/secret`, 'pwned')]],
    ['opaque through a link', [link('l', outside), file('l/.wh..wh..opq', '')]],
    ['whiteout through a link', [link('l', outside), file('l/.wh.secret', '')]],
    [
      'forty links',
      [
        ...Array.from({ length: 45 }, (_, at) => link(`l${at}`, at === 0 ? outside : `l${at - 1}`)),
        file('l44/secret', 'pwned'),
      ],
    ],
  ]
  for (const [what, members] of hostile) {
    try {
      apply(members)
    } catch (error) {
      assert.ok(error instanceof Error, what)
    }
    checkCanary()
  }
})

both("overlayfs's own attributes in a layer are not ours to obey (S12)", apply => {
  const xattrs = new Map(
    [
      'trusted.overlay.redirect',
      'trusted.overlay.metacopy',
      'trusted.overlay.opaque',
      'user.overlay.origin',
      'trusted.overlay.origin',
    ].map(name => [name, Buffer.from('/etc')] as const),
  )
  const root = apply([
    { ...dir('d'), xattrs },
    { ...file('f'), xattrs },
  ])
  for (const name of ['d', 'f']) {
    assert.equal(
      execFileSync('getfattr', ['-d', '-m', '-', '--absolute-names', join(root, name)], { encoding: 'utf8' }),
      '',
    )
  }
})

both('entries in any order under links within the layer land where a container would find them', apply => {
  const root = apply([
    dir('usr/lib'),
    link('lib', 'usr/lib'),
    file('lib/found'),
    link('abs', '/usr'),
    file('abs/lib/two'),
  ])
  assert.equal(readFileSync(join(root, 'usr/lib/found'), 'utf8'), 'x')
  assert.equal(readFileSync(join(root, 'usr/lib/two'), 'utf8'), 'x')
})

both('a thousand folders do not exhaust descriptors', apply => {
  const members = Array.from({ length: 1000 }, (_, at) => [dir(`d${at}`), file(`d${at}/f`)]).flat()
  const before = readdirSync('/proc/self/fd').length
  const root = apply(members)
  assert.equal(readdirSync('/proc/self/fd').length, before)
  assert.equal(readdirSync(root).length, 1000)
})

both('links that are counted on one way end where the kernel would end', apply => {
  const ways = [dir('d'), link('a', 'd')]
  const root = apply([...ways, link('b', `${'a/../'.repeat(30)}d`), file('b/in')])
  assert.equal(readFileSync(join(root, 'd/in'), 'utf8'), 'x')
  refuses(apply, [...ways, link('b', `${'a/../'.repeat(41)}d`), file('b/in')], /no such file|too many levels/)
})

both('long targets, paths and values, attributes without a name, and many names of one file', apply => {
  const target = `/${'t'.repeat(3999)}`
  const deep = 'd/'.repeat(1800)
  const value = Buffer.alloc(3000, 'v')
  const names = Array.from(
    { length: 64_999 },
    (_, at): Member => ({
      type: 'hardlink',
      name: `names/${at}`,
      linkName: 'file',
    }),
  )
  const root = apply([
    {
      ...file('file'),
      xattrs: new Map([
        ['user.', value],
        ['user.long', value],
      ]),
    },
    link('link', target),
    file(`${deep}f`, 'deep'),
    ...names,
  ])
  assert.equal(readlinkSync(join(root, 'link')), target)
  assert.equal(readFileSync(join(root, deep, 'f'), 'utf8'), 'deep')
  const attributes = execFileSync('getfattr', ['-d', '-m', '-', '--absolute-names', join(root, 'file')])
  assert.equal(attributes.toString().trim().split('\n').slice(1).join(), `user.long="${value}"`)
  assert.equal(statSync(join(root, 'file')).nlink, 65_000)
  assert.equal(readdirSync(join(root, 'names')).length, 64_999)
  assert.equal(statSync(join(root, 'names/64998')).ino, statSync(join(root, 'file')).ino)
})

both('a path that no system call takes', apply => {
  assert.throws(() => apply([file(`${'d/'.repeat(2100)}f`)]), /file name too long|a path is too long/)
})

test('mapped: attributes as long as the format can hold', { skip: skipErofs }, () => {
  const of = (bytes: number) => ({ ...file('f'), xattrs: new Map([['user.long', Buffer.alloc(bytes, 'v')]]) })
  const root = map(archive([of(65_535)]))
  const value = execFileSync('getfattr', ['-n', 'user.long', '--only-values', '--absolute-names', join(root, 'f')])
  assert.equal(value.length, 65_535)
  assert.throws(() => map(archive([of(65_536)])), NotMappable)
})

test('a plan holds so many members and bytes, those that gave way included', () => {
  const what = { uid: 0, gid: 0, mode: 0o644, mtime: 0n, xattrs: new Map() }
  const fill = (tree: ErofsTree, count: number, name: (at: number) => string) => {
    for (let at = 0; at < count; at++) tree.symlink('', name(at), 'target', what)
  }
  fill(new ErofsTree(0n), ENTRIES_MAX, at => `${at}`)
  assert.throws(() => fill(new ErofsTree(0n), ENTRIES_MAX + 1, at => `${at}`), NotMappable)
  assert.throws(() => fill(new ErofsTree(0n, 3), 4, () => 'same'), NotMappable)
  assert.throws(() => new ErofsTree(0n, 3).folder('a', 'b'), NotMappable)
  const tree = new ErofsTree(0n)
  const large = { ...what, xattrs: new Map([['user.a', Buffer.alloc(TEXT_MAX_BYTES)]]) }
  assert.throws(
    () => tree.finishFile(tree.startFile('', 'f', { dataOffset: 0, size: 0, sparse: false }), large),
    NotMappable,
  )
})

test('unpacked: sparse files keep their size and holes', () => {
  const source = newRoot()
  execFileSync('truncate', ['-s', '100M', join(source, 'sparse')])
  execFileSync(
    'dd',
    ['if=/dev/urandom', `of=${join(source, 'sparse')}`, 'bs=4096', 'count=1', 'seek=100', 'conv=notrunc'],
    { stdio: 'ignore' },
  )
  for (const format of ['pax', 'gnu']) {
    const tar = execFileSync('tar', ['-C', source, `--format=${format}`, '-S', '-c', 'sparse'])
    const root = unpack(tar)
    assert.throws(() => map(tar), NotMappable)
    const stat = statSync(join(root, 'sparse'))
    assert.equal(stat.size, 100 * 1024 * 1024)
    assert.ok(stat.blocks * 512 < 1024 * 1024)
    execFileSync('cmp', [join(source, 'sparse'), join(root, 'sparse')])
  }
})

both('what GNU tar packs comes out the same', (_, applyTar) => {
  const source = newRoot()
  for (const path of ['a/b/c', 'deep'.repeat(30)]) mkdirSync(join(source, path), { recursive: true })
  writeFileSync(join(source, 'a/b/file'), 'content', { mode: 0o640 })
  writeFileSync(Buffer.concat([Buffer.from(`${source}/`), Buffer.from([0xff, 0xfe, 0x41])]), 'odd name')
  symlinkSync('b/file', join(source, 'a/link'))
  execFileSync('ln', [join(source, 'a/b/file'), join(source, 'a/hard')])
  execFileSync('mkfifo', [join(source, 'a/fifo')])
  const list = (root: string) =>
    execFileSync('find', ['.', '-printf', '%p %y %m %U %G %s %T@ %l %n\\n'], { cwd: root, encoding: 'latin1' })
      .split('\n')
      .filter(line => !/ d /.test(line) || true)
      .map(line => line.replace(/^(\S+ d \d+ \d+ \d+) \d+/, '$1'))
      .sort()
  for (const format of ['pax', 'gnu']) {
    const root = applyTar(execFileSync('tar', ['-C', source, `--format=${format}`, '-c', '.']))
    const strip = (lines: string[]) => (format === 'gnu' ? lines.map(line => line.replace(/\.\d{10}\b/g, '')) : lines)
    assert.deepEqual(strip(list(root)), strip(list(source)))
  }
})
