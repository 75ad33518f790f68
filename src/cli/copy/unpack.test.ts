/** What a hostile container sends to `gantry cp`: nothing is written but below the folder that it is for. */
import assert from 'node:assert/strict'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { TarReader } from '#lib/tar/reader'
import { TAR_END, type TarMember, tarHeader, tarPadding } from '#lib/tar/writer'
import { LocalWriter } from './unpack.ts'

let folder: string
let canary: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-unpack-'))
  canary = mkdtempSync(join(tmpdir(), 'gantry-unpack-canary-'))
})

afterEach(() => {
  for (const path of [folder, canary]) rmSync(path, { recursive: true })
})

function unpack(members: readonly (TarMember & { content?: string })[]): void {
  using writer = new LocalWriter({ folder, rename: name => name, keepsOwners: false })
  const reader = new TarReader(writer)
  for (const { content = '', ...member } of members) {
    reader.push(tarHeader(member.type === 'file' ? { mode: 0o644, ...member, size: content.length } : member))
    reader.push(Buffer.from(content))
    reader.push(tarPadding(content.length))
  }
  reader.push(TAR_END)
  reader.end()
}

test('links are made, and not followed: whoever put them there', () => {
  const member = (name: string): TarMember => ({ type: 'file', name })
  assert.throws(
    () => unpack([{ type: 'symlink', name: 'l', linkName: canary }, member('l/pwned')]),
    /links are not followed/,
  )
  symlinkSync(canary, join(folder, 'old'))
  assert.throws(() => unpack([member('old/pwned')]), /links are not followed/)
  assert.throws(() => unpack([{ type: 'dir', name: 'old' }]), /cannot overwrite non-directory .* with directory/)
  unpack([{ ...member('old'), content: 'a file' }])
  assert.equal(readFileSync(join(folder, 'old'), 'utf8'), 'a file')
  assert.ok(lstatSync(join(folder, 'l')).isSymbolicLink())
  assert.deepEqual(readdirSync(canary), [])
})

test('names that lead out are refused', () => {
  writeFileSync(join(canary, 'secret'), 'secret')
  const up = `../${canary.slice(canary.lastIndexOf('/') + 1)}`
  assert.throws(() => unpack([{ type: 'file', name: `${up}/pwned` }]), /invalid entry name/)
  assert.throws(() => unpack([{ type: 'hardlink', name: 'h', linkName: `${up}/secret` }]), /invalid entry name/)
  assert.throws(
    () =>
      unpack([
        { type: 'symlink', name: 'l', linkName: canary },
        { type: 'hardlink', name: 'h', linkName: 'l/secret' },
      ]),
    /links are not followed/,
  )
  unpack([{ type: 'file', name: '/etc/absolute' }])
  assert.ok(existsSync(join(folder, 'etc/absolute')))
  assert.deepEqual(readdirSync(canary), ['secret'])
  assert.equal(statSync(join(canary, 'secret')).nlink, 1)
})

test('a folder takes no file, and what cannot be made is named', () => {
  mkdirSync(join(folder, 'd'))
  assert.throws(() => unpack([{ type: 'file', name: 'd' }]), /cannot overwrite directory .* with non-directory/)
  assert.throws(() => unpack([{ type: 'fifo', name: 'p' }]), /cannot make p: it is a named pipe; use "-"/)
})

test('modes and times are those of the archive', () => {
  const mtime = 1_000_000_000n * 1_000_000_000n
  unpack([
    { type: 'dir', name: 'd', mode: 0o500, mtime },
    { type: 'file', name: 'd/f', content: 'text', mode: 0o640, mtime },
  ])
  for (const [name, mode] of [
    ['d', 0o500],
    ['d/f', 0o640],
  ] as const) {
    const stat = statSync(join(folder, name))
    assert.deepEqual([stat.mode & 0o7777, stat.mtimeMs], [mode, 1e12])
  }
})
