import {
  count,
  DEV_MAJOR,
  DEV_MINOR,
  type Field,
  GID,
  GNAME,
  LINK_NAME,
  MAGIC,
  MODE,
  MTIME,
  NAME,
  number,
  PREFIX,
  SIZE,
  TYPE_AT,
  text,
  UID,
  UNAME,
} from './fields.ts'
import { type TarEntry, type TarEntryType, TarFault } from './header.ts'
import type { PaxAttributes } from './pax.ts'
import type { PaxSparse } from './sparse.ts'

/** What the headers before a member's own header said of it. */
export interface Extension {
  readonly pax: Readonly<PaxAttributes>
  /** GNU's 'L' and 'K'. */
  readonly longName: string | undefined
  readonly longLink: string | undefined
}

/** A member, with the bytes that follow its header: more or less than `size` where it is sparse. */
export interface DecodedEntry {
  readonly entry: TarEntry
  readonly stored: number
}

/** Where the member stands in the archive. */
export interface EntryPlace {
  readonly offset: number
  readonly dataOffset: number
}

/** No user has these ids: the kernel reads 2^32 - 1 as "do not change". */
const ID_MAX = 2 ** 32 - 2

const NO_XATTRS: ReadonlyMap<string, Uint8Array> = new Map()

/**
 * Puts together what a member's own header at `base` and the headers before it say. PAX counts before GNU's long
 * names, and those before the header. Where GNU tar and Docker would see different members, nobody sees one (S10).
 */
export function decodeEntry(
  block: Buffer,
  base: number,
  { pax, longName, longLink }: Extension,
  sparse: PaxSparse | undefined,
  place: EntryPlace,
): DecodedEntry {
  const magic = magicOf(block, base)
  const name = sparse?.name ?? pax.path ?? longName ?? headerName(block, base, magic)
  if (name === '') throw new TarFault('name is empty')
  const flag = block[base + TYPE_AT] ?? 0
  const stored = storedSize(block, base, flag, pax.size)
  const type = typeOf(flag, name, stored)
  const isLink = type === 'hardlink' || type === 'symlink'
  const linkName = isLink ? (pax.linkPath ?? longLink ?? text(block, base, LINK_NAME)) : ''
  if (isLink && linkName === '') throw new TarFault('a link that leads nowhere')
  const isDevice = magic !== 'v7' && (type === 'char' || type === 'block')
  // Fields are looked at also where an extended header replaces them: GNU tar stumbles over bad ones.
  const mtime = number(block, base, MTIME, 'mtime')
  const entry: TarEntry = {
    type,
    name,
    linkName,
    mode: count(block, base, MODE, 'mode') & 0o7777,
    uid: id(pax.uid, block, base, UID, 'uid'),
    gid: id(pax.gid, block, base, GID, 'gid'),
    uname: pax.uname ?? (magic === 'v7' ? '' : text(block, base, UNAME)),
    gname: pax.gname ?? (magic === 'v7' ? '' : text(block, base, GNAME)),
    size: sparse === undefined ? stored : sparse.size,
    mtime: pax.mtime ?? BigInt(mtime) * 1_000_000_000n,
    atime: pax.atime,
    ctime: pax.ctime,
    devMajor: isDevice ? count(block, base, DEV_MAJOR, 'device number') : 0,
    devMinor: isDevice ? count(block, base, DEV_MINOR, 'device number') : 0,
    xattrs: pax.xattrs ?? NO_XATTRS,
    sparse: sparse !== undefined,
    offset: place.offset,
    dataOffset: place.dataOffset,
  }
  return { entry, stored }
}

/** Whose header it is; every other magic is none, as for GNU tar. */
function magicOf(block: Buffer, base: number): 'ustar' | 'gnu' | 'v7' {
  const magic = block.toString('latin1', base + MAGIC[0], base + MAGIC[0] + MAGIC[1])
  return magic.startsWith('ustar\0') ? 'ustar' : magic === 'ustar  \0' ? 'gnu' : 'v7'
}

/** `prefix/name` in ustar archives; GNU and v7 archives have no prefix. */
function headerName(block: Buffer, base: number, magic: string): string {
  const name = text(block, base, NAME)
  const prefix = magic === 'ustar' ? text(block, base, PREFIX) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

function id(pax: number | undefined, block: Buffer, base: number, field: Field, what: string): number {
  const own = count(block, base, field, what)
  const value = pax ?? own
  if (value > ID_MAX) throw new TarFault(`${what} is beyond 2^32 - 2`)
  return value
}

/** The bytes that follow. Of links the header's own size is ignored by all; any other disagreement is a fault. */
function storedSize(block: Buffer, base: number, flag: number, pax: number | undefined): number {
  const own = count(block, base, SIZE, 'size')
  if (flag !== 0x31) return pax ?? own
  if (pax !== undefined && pax !== 0) throw new TarFault('a hard link with content')
  return 0
}

function typeOf(flag: number, name: string, stored: number): TarEntryType {
  switch (flag) {
    case 0x00:
    case 0x30:
    case 0x37:
    case 0x53:
      if (!name.endsWith('/')) return 'file'
      if (/^\/+$/.test(name)) throw new TarFault('a file called /')
      return noContent('dir', stored)
    case 0x31:
      return 'hardlink'
    case 0x32:
      return noContent('symlink', stored)
    case 0x33:
      return noContent('char', stored)
    case 0x34:
      return noContent('block', stored)
    case 0x35:
      return noContent('dir', stored)
    case 0x36:
      return noContent('fifo', stored)
    default:
      throw new TarFault(`members of type ${JSON.stringify(String.fromCharCode(flag))} are not read`)
  }
}

function noContent(type: TarEntryType, stored: number): TarEntryType {
  if (stored !== 0) throw new TarFault(`a member of type ${type} with content`)
  return type
}
