import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TarEntry } from './header.ts'
import { TarReader } from './reader.ts'
import { TAR_END, type TarMember, tarHeader, tarPadding } from './writer.ts'

const FULL: TarMember = {
  type: 'file',
  name: 'dir/file',
  mode: 0o4755,
  uid: 1000,
  gid: 1001,
  uname: 'somebody',
  gname: 'group',
  size: 700,
  mtime: 1_795_414_620_000_000_001n,
  atime: 5n,
  ctime: -1_250_000_000n,
  xattrs: new Map([
    ['user.b', Buffer.from([0, 10, 61, 255])],
    ['user.a=%', Buffer.from('x')],
  ]),
}

function archiveOf(...members: TarMember[]): Buffer {
  const parts = members.flatMap(member => [
    tarHeader(member),
    Buffer.alloc(member.size ?? 0, member.name),
    tarPadding(member.size ?? 0),
  ])
  return Buffer.concat([...parts, TAR_END])
}

/** Everything that a reader tells, as text, for chunks of `step` bytes. */
function events(archive: Buffer, step: number): { entries: TarEntry[]; log: string[] } {
  const entries: TarEntry[] = []
  const log: string[] = []
  let data = 0
  const flush = () => {
    if (data > 0) log.push(`data ${data}`)
    data = 0
  }
  const reader = new TarReader({
    entry(entry) {
      entries.push(entry)
      log.push(`entry ${entry.name}`)
    },
    data(chunk) {
      data += chunk.length
    },
    hole(length) {
      flush()
      log.push(`hole ${length}`)
    },
    entryEnd() {
      flush()
      log.push('end of entry')
    },
    end: () => void log.push('end'),
  })
  for (let at = 0; at < archive.length; at += step) reader.push(archive.subarray(at, at + step))
  reader.end()
  return { entries, log }
}

test('what is written is read, in chunks of any size', () => {
  const members: TarMember[] = [
    { type: 'dir', name: 'dir', mode: 0o755 },
    FULL,
    { type: 'symlink', name: 'l', linkName: 'x'.repeat(150) },
    { type: 'hardlink', name: 'h', linkName: 'dir/file' },
    { type: 'char', name: 'null', devMajor: 1, devMinor: 3 },
    { type: 'block', name: 'sda', devMajor: 8, devMinor: 1_048_575 },
    { type: 'fifo', name: 'pipe' },
    { type: 'file', name: 'empty' },
    { type: 'file', name: `${'d/'.repeat(60)}f`, size: 512 },
    { type: 'file', name: `${'d'.repeat(200)}/f`, uid: 3_000_000_000, mtime: -1n, uname: 'u'.repeat(40) },
    { type: 'file', name: 'bytes \udcff', size: 1 },
  ]
  const archive = archiveOf(...members)
  const whole = events(archive, archive.length)
  assert.deepEqual(
    whole.entries.map(({ offset, dataOffset, sparse, ...header }) => header),
    members.map(member => ({
      linkName: '',
      mode: 0,
      uid: 0,
      gid: 0,
      uname: '',
      gname: '',
      size: 0,
      mtime: 0n,
      atime: undefined,
      ctime: undefined,
      devMajor: 0,
      devMinor: 0,
      xattrs: new Map(),
      ...member,
      ...(member.xattrs && { xattrs: new Map([...member.xattrs].map(([key, value]) => [key, new Uint8Array(value)])) }),
      name: member.type === 'dir' ? 'dir/' : member.name,
    })),
  )
  assert.deepEqual(whole.log.slice(0, 5), ['entry dir/', 'end of entry', 'entry dir/file', 'data 700', 'end of entry'])
  assert.equal(whole.log.at(-1), 'end')
  for (const step of [1, 7, 511, 512, 513, 1024, 1500]) assert.deepEqual(events(archive, step), whole)
})

test('offsets lead to headers and content', () => {
  const archive = archiveOf({ type: 'dir', name: 'd' }, FULL, { type: 'file', name: 'x', size: 3 })
  for (const step of [100, archive.length]) {
    const [first, second, third] = events(archive, step).entries
    assert.deepEqual([first?.offset, first?.dataOffset], [0, 512])
    assert.deepEqual([second?.offset, second?.dataOffset], [512, 2048])
    assert.deepEqual([third?.offset, third?.dataOffset], [2048 + 1024, 2048 + 1024 + 512])
    assert.equal(archive.toString('latin1', third?.dataOffset, (third?.dataOffset ?? 0) + 3), 'xxx')
  }
})

test('content is a view of what was pushed', () => {
  const archive = archiveOf({ type: 'file', name: 'x', size: 5000 })
  const reader = new TarReader({
    entry() {},
    data(chunk) {
      assert.equal(chunk.buffer, archive.buffer)
      assert.equal(chunk.length, 5000)
    },
    hole() {},
    entryEnd() {},
    end() {},
  })
  reader.push(new Uint8Array(archive.buffer, archive.byteOffset, archive.length))
  reader.end()
})

test('an extended header is written only where it is needed, and always the same', () => {
  assert.equal(tarHeader({ type: 'file', name: 'n'.repeat(100), mtime: 1_000_000_000n }).length, 512)
  assert.equal(tarHeader({ type: 'file', name: `${'p'.repeat(155)}/${'n'.repeat(100)}` }).length, 512)
  assert.equal(tarHeader({ type: 'dir', name: `${'p'.repeat(100)}/${'n'.repeat(60)}` }).length, 512)
  assert.equal(tarHeader({ type: 'file', name: 'n'.repeat(101) }).length, 1536)
  assert.equal(tarHeader({ type: 'file', name: 'n', size: 8 ** 11 }).length, 1536)
  const other = { ...FULL, xattrs: new Map([...(FULL.xattrs ?? [])].reverse()) }
  assert.deepEqual(tarHeader(other), tarHeader(FULL))
})

test('a size beyond ustar is told in both ways', () => {
  const header = tarHeader({ type: 'file', name: 'big', size: 2 ** 40 })
  const seen: number[] = []
  const reader = new TarReader({
    entry: entry => void seen.push(entry.size),
    data() {},
    hole() {},
    entryEnd() {},
    end() {},
  })
  reader.push(header)
  assert.deepEqual(seen, [2 ** 40])
  assert.throws(() => reader.end(), { message: 'invalid tar archive: unexpected EOF at byte 1536' })
  new TarReader({ entry: entry => void seen.push(entry.size), data() {}, hole() {}, entryEnd() {}, end() {} }).push(
    header.subarray(1024),
  )
  assert.deepEqual(seen, [2 ** 40, 2 ** 40])
})

test('what cannot be read is not written', () => {
  const refused: TarMember[] = [
    { type: 'file', name: '' },
    { type: 'file', name: 'a\0b' },
    { type: 'file', name: 'a/' },
    { type: 'file', name: 'a', size: -1 },
    { type: 'file', name: 'a', size: 2 ** 53 },
    { type: 'dir', name: 'a', size: 1 },
    { type: 'symlink', name: 'a' },
    { type: 'file', name: 'a', linkName: 'b' },
    { type: 'file', name: 'a', uid: -1 },
    { type: 'file', name: 'a', gid: 1.5 },
    { type: 'char', name: 'a', devMajor: 8 ** 7 },
  ]
  for (const member of refused) assert.throws(() => tarHeader(member), { kind: 'invalid-argument' }, member.name)
})

test('what the handler throws comes through', () => {
  const reader = new TarReader({
    entry() {
      throw new RangeError('mine')
    },
    data() {},
    hole() {},
    entryEnd() {},
    end() {},
  })
  assert.throws(() => reader.push(archiveOf(FULL)), { name: 'RangeError', message: 'mine' })
})
