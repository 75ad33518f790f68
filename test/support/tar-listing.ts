import { spawnSync } from 'node:child_process'
import type { TarEntry } from '#lib/tar/header'
import { encodeName } from '#lib/tar/name'
import { TarReader } from '#lib/tar/reader'

/** `mode uid/gid size date time name` and where links lead, one line for each member, as GNU tar lists them. */
export type Listing = readonly string[]

/** What GNU tar lists (contiguous files as files); undefined where it finds a fault. */
export function gnuListing(archive: Uint8Array): Listing | undefined {
  const args = ['-tvPf', '-', '--full-time', '--numeric-owner', '--quoting-style=escape']
  const { status, stdout } = spawnSync('tar', args, {
    input: archive,
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    maxBuffer: 1 << 28,
  })
  if (status !== 0) return undefined
  const line = /^(\S{10}) (\d+\/\d+) +(\d+(?:,\d+)?) (\S+) (\S+) +(.*)$/
  return stdout
    .toString('latin1')
    .split('\n')
    .slice(0, -1)
    .map(text => line.exec(text)?.slice(1).join(' ').replace(/^C/, '-') ?? `unreadable: ${text}`)
}

/** The same from our reader. */
export function ourListing(chunks: Iterable<Uint8Array>): Listing {
  const lines: string[] = []
  readTar(chunks, entry => void lines.push(listingLine(entry)))
  return lines
}

/** Zeros made of one hole: hostile archives have holes of any size. */
const HOLE_MAX = 8 << 20

/** Reads a whole archive; content comes in one piece for each member. */
export function readTar(chunks: Iterable<Uint8Array>, member: (entry: TarEntry, content: Buffer) => void): void {
  let entry: TarEntry | undefined
  let parts: Buffer[] = []
  const reader = new TarReader({
    entry(found) {
      entry = found
      parts = []
    },
    data: chunk => void parts.push(Buffer.from(chunk)),
    hole: length => void parts.push(Buffer.alloc(Math.min(length, HOLE_MAX))),
    entryEnd() {
      if (entry !== undefined) member(entry, Buffer.concat(parts))
    },
    end() {},
  })
  for (const chunk of chunks) reader.push(chunk)
  reader.end()
}

export function listingLine(entry: TarEntry): string {
  const size = entry.type === 'char' || entry.type === 'block' ? `${entry.devMajor},${entry.devMinor}` : entry.size
  const link = entry.type === 'symlink' ? ' -> ' : entry.type === 'hardlink' ? ' link to ' : ''
  const name = escaped(entry.name).replace(/^ +/, '')
  const mode = modeText(entry)
  return `${mode} ${entry.uid}/${entry.gid} ${size} ${timeText(entry.mtime)} ${name}${link}${escaped(entry.linkName)}`
}

const TYPES = { file: '-', hardlink: 'h', symlink: 'l', char: 'c', block: 'b', dir: 'd', fifo: 'p' } as const

function modeText({ type, mode }: TarEntry): string {
  const bits = (shift: number, special: number, letters: string) => {
    const rwx = (mode >> shift) & 7
    const x = (mode & special) !== 0 ? (rwx & 1 ? letters[0] : letters[1]) : rwx & 1 ? 'x' : '-'
    return `${rwx & 4 ? 'r' : '-'}${rwx & 2 ? 'w' : '-'}${x}`
  }
  return TYPES[type] + bits(6, 0o4000, 'sS') + bits(3, 0o2000, 'sS') + bits(0, 0o1000, 'tT')
}

function timeText(nanos: bigint): string {
  const second = 1_000_000_000n
  const fraction = ((nanos % second) + second) % second
  const time = new Date(Number((nanos - fraction) / 1_000_000n)).toISOString().slice(0, 19).replace('T', ' ')
  return fraction === 0n ? time : `${time}.${fraction.toString().padStart(9, '0').replace(/0+$/, '')}`
}

const ESCAPES: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  92: '\\\\',
}

function escaped(name: string): string {
  return [...encodeName(name)]
    .map(byte => {
      if (ESCAPES[byte] !== undefined) return ESCAPES[byte]
      return byte < 0x20 || byte > 0x7e ? `\\${byte.toString(8).padStart(3, '0')}` : String.fromCharCode(byte)
    })
    .join('')
}
