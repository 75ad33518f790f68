import { archive, base256, gnuLong, padded, paxHeader, paxRecord, rawFile, rawHeader } from './raw-tar.ts'

/**
 * The corpus of hostile archives, replayed against everything that reads tar: the reader, pull, load, import, copy and
 * build contexts. Items are numbered as in the safety list.
 */
export interface HostileTar {
  /** Failure that it aims at, and what it is. */
  readonly name: string
  /**
   * `illegal`: no archive that all readers agree on, the tar reader itself must refuse it. `legal`: well-formed, the
   * harm is in what it says; whoever unpacks it must refuse it or keep it within its root.
   */
  readonly kind: 'legal' | 'illegal'
  /** Chunks, so that bombs need no memory here. */
  chunks(): Iterable<Uint8Array>
}

/** All of them; `canary` is an absolute path outside every root that must stay as it is. */
export function hostileTars(canary: string): HostileTar[] {
  return [...names(), ...overrides(), ...numbers(), ...sparse(), ...structure(), ...escapes(canary), ...nodes()]
}

function make(kind: HostileTar['kind'], name: string, ...members: Uint8Array[]): HostileTar {
  return { name, kind, chunks: () => [archive(...members)] }
}

const legal = (name: string, ...members: Uint8Array[]) => make('legal', name, ...members)
const illegal = (name: string, ...members: Uint8Array[]) => make('illegal', name, ...members)

const link = (name: string, to: string) => rawFile({ name, type: '2', linkName: to })
const hard = (name: string, to: string) => rawFile({ name, type: '1', linkName: to })
const dir = (name: string, mode = 0o755) => rawFile({ name, type: '5', mode })

/** S10, S13: names. */
function names(): HostileTar[] {
  const whiteouts = ['.wh.', '.wh..', '.wh...', '.wh.a/b', 'd/.wh..wh..opq', '.wh..wh..opq', '.wh..wh.plnk', '.wh./x']
  return [
    ...['../up', 'a/../../up', '/abs', '//abs', './../up', 'a/b/../../../up', '..', '.', './', '/d/'].map(name =>
      legal(`S10 name ${name}`, rawFile({ name }, name.endsWith('/') ? '' : 'x')),
    ),
    ...['a\\..\\..\\b', 'a\nb', '\x1b[2J', 'C:\\x', ' ', '-rf', '\xff\xfe', 'caf\xc3\xa9', 'a//b', 'a/./b'].map(name =>
      legal(`S10 name ${JSON.stringify(name)}`, rawFile({ name }, 'x')),
    ),
    ...whiteouts.map(name => legal(`S13 whiteout ${name}`, rawFile({ name }, ''))),
    legal('S10 long component', paxHeader('x', ['path', 'n'.repeat(300)]), rawFile({}, 'x')),
    legal('S10 long path', paxHeader('x', ['path', `${'d/'.repeat(2000)}f`]), rawFile({}, 'x')),
    legal('S10 prefix and name', rawFile({ name: '../etc/x', prefix: 'a' }, 'x')),
    illegal('S10 empty name', rawFile({ name: '' }, 'x')),
    illegal('S10 file with a slash and content', rawFile({ name: 'a/' }, 'x')),
    legal('S10 the root itself', rawFile({ name: '/', type: '5' })),
    illegal('S10 file called /', rawFile({ name: '//' })),
    illegal('S10 empty link', rawFile({ type: '2' })),
    illegal('S10 empty hard link', rawFile({ type: '1' })),
  ]
}

/** S10: one header says this, another that. */
function overrides(): HostileTar[] {
  const benign = rawFile({ name: 'benign' }, 'x')
  return [
    legal('S10 PAX path over header', paxHeader('x', ['path', '../../evil']), benign),
    legal('S10 GNU name over header', gnuLong('L', '../../evil'), benign),
    legal('S10 PAX and GNU name', paxHeader('x', ['path', 'pax']), gnuLong('L', '../gnu'), benign),
    legal('S10 GNU and PAX name', gnuLong('L', '../gnu'), paxHeader('x', ['path', 'pax']), benign),
    legal('S10 PAX linkpath', paxHeader('x', ['linkpath', '/etc/passwd']), link('l', 'benign')),
    legal('S10 GNU link', gnuLong('K', '/etc/passwd'), link('l', 'benign')),
    legal('S10 PAX and GNU link', gnuLong('K', 'gnu'), paxHeader('x', ['linkpath', 'pax']), link('l', 'benign')),
    legal('S10 path twice', paxHeader('x', ['path', 'first'], ['path', '../second']), benign),
    legal('S10 linkpath for a file', paxHeader('x', ['linkpath', '/etc/passwd']), benign),
    legal('S10 GNU name with a NUL', gnuLong('L', 'seen\0../hidden'), benign),
    legal('S10 prefix of an old GNU header', rawFile({ name: 'n', prefix: 'p', magic: 'gnu' }, 'x')),
    legal('S10 prefix of a v7 header', rawFile({ name: 'n', prefix: 'p', magic: 'v7' }, 'x')),
    legal(
      'S10 global owner',
      paxHeader('g', ['uid', '7'], ['mtime', '5.5']),
      benign,
      paxHeader('x', ['uid', '8']),
      benign,
    ),
    legal('S10 unknown keys', paxHeader('x', ['GANTRY.x', '1'], ['comment', '../x'], ['LIBARCHIVE.x', 'y']), benign),
    illegal('S10 global path', paxHeader('g', ['path', '../../evil']), benign, benign),
    illegal('S10 global linkpath', paxHeader('g', ['linkpath', '/etc']), link('l', 'x')),
    illegal('S10 global size', paxHeader('g', ['size', '0']), benign),
    illegal('S10 global xattr', paxHeader('g', ['SCHILY.xattr.user.a', 'b']), benign),
    illegal('S10 two extended headers', paxHeader('x', ['path', 'a']), paxHeader('x', ['uid', '1']), benign),
    illegal('S10 two long names', gnuLong('L', 'a'), gnuLong('L', 'b'), benign),
    illegal('S10 path with a NUL', paxHeader('x', ['path', 'seen\0../hidden']), benign),
    illegal('S10 empty path', paxHeader('x', ['path', '']), benign),
    illegal('S10 empty GNU name', gnuLong('L', ''), benign),
    illegal(
      'S10 GNU name beyond its length',
      rawHeader({ name: '././@LongLink', type: 'L', magic: 'gnu', size: 4 }),
      padded(Buffer.from('seen-and-hidden')),
      benign,
    ),
    illegal('S10 extended header of nothing', paxHeader('x', ['path', 'a'])),
    ...[
      '',
      '7 path=a\n',
      '12 path=evil',
      '99 path=a\n',
      '-1 path=a\n',
      '6 path\n',
      '010 path=a\n',
      '10  path=a\n',
      '4 =\n\n',
    ]
      .filter(record => record !== '')
      .map(record => illegal(`S10 record ${JSON.stringify(record)}`, paxHeader('x', Buffer.from(record)), benign)),
    legal('S10 leading zero in a length', paxHeader('x', Buffer.from('0010 path=a\n'.replace('0010', '0012'))), benign),
  ]
}

/** S16: sizes and other numbers. */
function numbers(): HostileTar[] {
  const x = (key: string, value: string) => paxHeader('x', [key, value])
  const file = rawFile({}, 'x')
  return [
    illegal('S16 PAX size 2^63-1', x('size', '9223372036854775807'), file),
    illegal('S16 PAX size 2^53+1', x('size', '9007199254740993'), file),
    illegal('S16 PAX size negative', x('size', '-1'), file),
    illegal('S16 PAX size in hexadecimal', x('size', '0x1'), file),
    illegal('S16 PAX size 1e3', x('size', '1e3'), file),
    illegal('S16 PAX size empty', x('size', ''), file),
    illegal('S16 PAX size of 400 digits', x('size', '9'.repeat(400)), file),
    illegal('S16 base-256 negative', rawHeader({ size: base256(-1n, 12), magic: 'gnu' }), Buffer.alloc(512)),
    illegal('S16 base-256 2^53+1', rawHeader({ size: base256(2n ** 53n + 1n, 12), magic: 'gnu' })),
    illegal('S16 base-256 2^87', rawHeader({ size: base256(2n ** 87n, 12), magic: 'gnu' })),
    illegal('S16 size of letters', rawHeader({ size: 'zzzzzzzzzzz\0' })),
    illegal('S16 size with a minus', rawHeader({ size: '-0000000001\0' })),
    illegal('S16 size of blanks', rawHeader({ size: '            ' })),
    illegal('S16 size without an end', rawHeader({ size: '0000000001x\0' })),
    illegal('S16 directory with content', rawFile({ type: '5', name: 'd' }, 'x')),
    illegal('S16 symlink with content', rawFile({ type: '2', linkName: 'd' }, 'x')),
    illegal('S16 hard link with content', x('size', '1'), rawFile({ type: '1', linkName: 'd' }, 'x')),
    legal('S16 hard link with a size in the header', rawHeader({ type: '1', linkName: 'd', size: 1000 }), file),
    legal(
      'S16 PAX size differs from the header',
      x('size', '600'),
      rawHeader({ size: 1 }),
      padded(Buffer.alloc(600, 'a')),
    ),
    legal('S16 base-256 owner', rawFile({ uid: base256(3_000_000_000n, 8), magic: 'gnu' }, 'x')),
    legal('S16 time before 1970', rawFile({ mtime: base256(-5n, 12), magic: 'gnu' }, 'x'), x('mtime', '-1'), file),
    illegal('S16 owner 2^32-1', x('uid', '4294967295'), file),
    illegal('S16 owner 2^40', rawFile({ gid: base256(2n ** 40n, 8), magic: 'gnu' }, 'x')),
    illegal('S16 owner negative', rawFile({ uid: base256(-2n, 8), magic: 'gnu' }, 'x')),
    illegal('S16 time that is none', x('mtime', 'yesterday'), file),
    illegal('S16 extended header of 8 GiB', rawHeader({ type: 'x', size: '77777777777\0' })),
    illegal('S16 long name of 1 MiB', gnuLong('L', 'n'.repeat(1 << 20)), file),
  ]
}

/** S16: sparse files. */
function sparse(): HostileTar[] {
  const pax = (size: number | string, extra: readonly (readonly [string, string])[] = []) =>
    paxHeader(
      'x',
      ['GNU.sparse.major', '1'],
      ['GNU.sparse.minor', '0'],
      ['GNU.sparse.name', 'sparse'],
      ['GNU.sparse.realsize', String(size)],
      ...extra,
    )
  const stored = (map: string, content: string) =>
    rawFile({ name: 'x' }, Buffer.concat([padded(Buffer.from(map)), Buffer.from(content)]))
  const million = `1000000\n${Array.from({ length: 1_000_000 }, (_, i) => `${i * 2}\n1\n`).join('')}`
  const pieces = (...values: number[]) => values.map(value => `${value.toString(8).padStart(11, '0')}\0`).join('')
  const old = (map: string, size: number, stored: string, more = false) =>
    rawFile(
      {
        type: 'S',
        magic: 'gnu',
        patch: [
          [386, map],
          [482, more ? '\x01' : '\0'],
          [483, `${size.toString(8).padStart(11, '0')}\0`],
        ],
      },
      stored,
    )
  return [
    legal('S16 sparse 1.0', pax(10_000), stored('2\n0\n3\n5000\n4\n', 'abcdefg')),
    legal('S16 sparse 1.0 of nothing', pax(2 ** 40), stored('1\n1099511627776\n0\n', '')),
    legal('S16 old sparse', old(pieces(0, 3, 5000, 4), 10_000, 'abcdefg')),
    illegal('S16 sparse map of a million', pax(10_000_000), stored(million, 'x')),
    illegal('S16 sparse map that says a million', pax(10_000), stored('1000000\n0\n1\n', 'x')),
    illegal('S16 sparse pieces overlap', pax(10_000), stored('2\n0\n3\n2\n4\n', 'abcdefg')),
    illegal('S16 sparse piece beyond the end', pax(10), stored('1\n8\n4\n', 'abcd')),
    illegal('S16 sparse map says more than is stored', pax(10_000), stored('1\n0\n4000\n', 'abcd')),
    illegal('S16 sparse map of garbage', pax(10_000), stored('x\n', 'abcd')),
    illegal('S16 sparse map without an end', pax(10_000), stored('1'.repeat(512), '')),
    illegal('S16 sparse size beyond 2^53', pax('99999999999999999999'), stored('1\n0\n1\n', 'x')),
    illegal('S16 sparse name empty', pax(1, [['GNU.sparse.name', '']]), stored('1\n0\n1\n', 'x')),
    illegal('S16 sparse 0.1', paxHeader('x', ['GNU.sparse.map', '0,1'], ['GNU.sparse.size', '9']), rawFile({}, 'x')),
    illegal('S16 sparse directory', pax(10), rawHeader({ type: '5', name: 'd' })),
    illegal('S16 old sparse pieces overlap', old(pieces(0, 3, 1, 4), 10_000, 'abcdefg')),
    illegal('S16 old sparse beyond the end', old(pieces(0, 3, 9_999, 4), 10_000, 'abcdefg')),
    {
      name: 'S16 old sparse with extensions without end',
      kind: 'illegal',
      *chunks() {
        yield old(pieces(0, 1), 2 ** 32, '', true).subarray(0, 512)
        for (let i = 0; i < 5000; i++) {
          const block = Buffer.alloc(512)
          block.write(pieces(...Array.from({ length: 42 }, (_, n) => (n % 2 === 0 ? 2 + i * 100 + n : 1))), 'latin1')
          block[504] = 1
          yield block
        }
      },
    },
  ]
}

/** S15 and the frame of the archive itself. */
function structure(): HostileTar[] {
  const file = rawFile({}, 'x')
  return [
    {
      name: 'S15 8 GiB of zeros after the end',
      kind: 'legal',
      *chunks() {
        yield archive(file)
        const zeros = Buffer.alloc(1 << 20)
        for (let i = 0; i < 8 * 1024; i++) yield zeros
      },
    },
    { name: 'garbage after the end', kind: 'legal', chunks: () => [archive(file), Buffer.alloc(700, 'g')] },
    { name: 'no end mark', kind: 'legal', chunks: () => [file] },
    { name: 'nothing', kind: 'legal', chunks: () => [Buffer.alloc(1024)] },
    { name: 'cut off in a file', kind: 'illegal', chunks: () => [rawFile({}, 'x'.repeat(2000)).subarray(0, 1024)] },
    { name: 'cut off in a header', kind: 'illegal', chunks: () => [file.subarray(0, 300)] },
    {
      name: 'cut off in an extended header',
      kind: 'illegal',
      chunks: () => [paxHeader('x', ['path', 'a']).subarray(0, 600)],
    },
    {
      name: 'hidden after one block of zeros',
      kind: 'illegal',
      chunks: () => [file, Buffer.alloc(512), archive(file)],
    },
    illegal('wrong checksum', rawFile({ checksum: '000000\0 ' }, 'x')),
    illegal('no checksum', rawFile({ checksum: '\0\0\0\0\0\0\0\0' }, 'x')),
    illegal('random bytes', Buffer.from(Array.from({ length: 2048 }, (_, i) => (i * 7919) % 251))),
    ...['M', 'V', 'D', 'N', 'A', 'X', 'Z', '\xff', '8'].map(type =>
      illegal(`type ${JSON.stringify(type)}`, rawFile({ type })),
    ),
  ]
}

/** S8, S9, S11: members that would act outside of the root. */
function escapes(canary: string): HostileTar[] {
  const up = '../'.repeat(40)
  const deep = Array.from({ length: 40 }, (_, i) => link(`c${i}`, i === 39 ? canary : `c${i + 1}`))
  return [
    legal('S8 through an absolute symlink', link('l', canary), rawFile({ name: 'l/pwn' }, 'pwn')),
    legal('S8 through a relative symlink', link('l', `${up}${canary}`), rawFile({ name: 'l/pwn' }, 'pwn')),
    legal('S8 through a chain', link('a', 'b/..'), link('b', '/'), rawFile({ name: `a${canary}/pwn` }, 'pwn')),
    legal('S8 through 40 links', ...deep, rawFile({ name: 'c0/pwn' }, 'pwn')),
    legal('S8 through itself', link('l', 'l'), rawFile({ name: 'l/pwn' }, 'pwn')),
    legal('S8 directory becomes symlink', dir('d'), link('d', canary), rawFile({ name: 'd/pwn' }, 'pwn')),
    legal('S8 symlink becomes directory', link('d', canary), dir('d'), rawFile({ name: 'd/pwn' }, 'pwn')),
    legal('S8 directory through a symlink', link('d', canary), dir('d/e', 0o777)),
    legal('S8 over a symlink', link('f', `${canary}/file`), rawFile({ name: 'f' }, 'pwn')),
    legal('S9 hard link outside', hard('h', `${up}${canary}/file`)),
    legal('S9 hard link absolute', hard('h', `${canary}/file`)),
    legal('S9 hard link through proc', hard('h', `/proc/self/root${canary}/file`)),
    legal('S9 hard link to a symlink', link('l', `${canary}/file`), hard('h', 'l'), rawFile({ name: 'h' }, 'pwn')),
    legal('S9 hard link through a symlink', link('l', canary), hard('h', 'l/file')),
    legal('S9 hard link to nothing', hard('h', 'not-there')),
    legal('S9 hard link to itself', hard('h', 'h')),
    legal(
      'S11 mode and owner through a symlink',
      link('f', canary),
      rawFile({ name: 'f', type: '5', mode: 0o6777, uid: 12345 }),
    ),
    legal(
      'S11 xattr and time through a symlink',
      link('f', `${canary}/file`),
      paxHeader('x', ['SCHILY.xattr.user.pwn', '1'], ['mtime', '1'], ['path', 'f']),
      rawFile({ mode: 0o6777, uid: 12345 }, 'pwn'),
    ),
  ]
}

/** S12, S14: what must not come to life. */
function nodes(): HostileTar[] {
  const overlay = (key: string, value: string) => paxHeader('x', [`SCHILY.xattr.${key}`, value])
  const node = (name: string, type: '3' | '4' | '6', devMajor = 0, devMinor = 0, mode = 0o666) =>
    rawFile({ name, type, devMajor, devMinor, mode })
  return [
    legal('S12 redirect', overlay('trusted.overlay.redirect', '/etc'), dir('x')),
    legal('S12 opaque', overlay('trusted.overlay.opaque', 'y'), dir('x')),
    legal('S12 metacopy', overlay('trusted.overlay.metacopy', ''), rawFile({ name: 'shadow' }, '')),
    legal('S12 origin', overlay('trusted.overlay.origin', '\0\xfb'), dir('x')),
    legal('S12 user.overlay', overlay('user.overlay.redirect', '/etc'), dir('x')),
    legal(
      'S12 capability',
      overlay('security.capability', '\x01\0\0\x02'),
      rawFile({ name: 'ping', mode: 0o755 }, 'x'),
    ),
    legal('S13 whiteout as a device', node('gone', '3')),
    legal('S14 disk', node('sda', '4', 8, 0)),
    legal('S14 memory', node('mem', '3', 1, 1)),
    legal('S14 FIFO called etc/passwd', node('etc/passwd', '6')),
    legal('S14 setuid shell', rawFile({ name: 'sh', mode: 0o6755 }, '#!/bin/sh\n')),
    illegal('S14 device number of letters', rawFile({ type: '3', devMajor: 'xxxxxxx\0' })),
    legal(
      'record with a NUL in an xattr',
      paxHeader('x', paxRecord('SCHILY.xattr.user.a%3Db', 'c\0d=e\n')),
      rawFile({}, 'x'),
    ),
  ]
}
