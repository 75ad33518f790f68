import { InvalidArgument } from '../errors.ts'
import {
  CHECKSUM,
  checksum,
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
  PREFIX,
  SIZE,
  TYPE_AT,
  UID,
  UNAME,
} from './fields.ts'
import { BLOCK, paddingOf, type TarEntryType, type TarHeader } from './header.ts'
import { encodeName } from './name.ts'
import { formatPax, formatPaxTime, type PaxRecord } from './pax-format.ts'

const FLAGS: Readonly<Record<TarEntryType, string>> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  char: '3',
  block: '4',
  dir: '5',
  fifo: '6',
}

/** The two blocks of zeros that end an archive. */
export const TAR_END: Uint8Array = new Uint8Array(2 * BLOCK)

const ZEROS = new Uint8Array(BLOCK)

/** The zeros that follow `size` bytes of content. */
export function tarPadding(size: number): Uint8Array {
  return ZEROS.subarray(0, paddingOf(size))
}

/** A member to write; what is left out is zero, empty, or not said at all. */
export type TarMember = Pick<TarHeader, 'type' | 'name'> & Partial<Omit<TarHeader, 'type' | 'name'>>

const NO_XATTRS: TarHeader['xattrs'] = new Map()

/**
 * The header of one member: a ustar header, with an extended one before it only where ustar cannot say it. The same
 * member always gives the same bytes. The caller sends `size` bytes of content and `tarPadding(size)` after it, and
 * `TAR_END` at last.
 *
 * @throws InvalidArgument for a member that no reader could read.
 */
export function tarHeader(member: TarMember): Uint8Array {
  const header: TarHeader = {
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
    xattrs: NO_XATTRS,
    ...member,
    name: member.type === 'dir' && !member.name.endsWith('/') ? `${member.name}/` : member.name,
  }
  checkMember(header)
  const records: PaxRecord[] = []
  const block = ustarBlock(header, records)
  return records.length === 0 ? block : Buffer.concat([paxBlocks(records), block])
}

function checkMember({ type, name, linkName, size }: TarHeader): void {
  const isLink = type === 'hardlink' || type === 'symlink'
  const wrong =
    name === '' || name.includes('\0')
      ? 'name is empty or has a NUL'
      : type === 'file' && name.endsWith('/')
        ? 'a file whose name ends in a slash'
        : isLink === (linkName === '') || linkName.includes('\0')
          ? 'a link leads somewhere, nothing else does'
          : (type !== 'file' && size !== 0) || !Number.isSafeInteger(size) || size < 0
            ? `size ${size}`
            : undefined
  if (wrong !== undefined) throw new InvalidArgument(`cannot write ${JSON.stringify(name)} to a tar archive: ${wrong}`)
}

/** Writes what fits; what does not is added to `records`, in a fixed order. */
function ustarBlock(header: TarHeader, records: PaxRecord[]): Buffer {
  const block = Buffer.alloc(BLOCK)
  putName(block, encodeName(header.name), records)
  putText(block, LINK_NAME, 'linkpath', encodeName(header.linkName), records)
  octal(block, MODE, header.mode & 0o7777)
  putNumber(block, SIZE, 'size', header.size, records)
  putNumber(block, UID, 'uid', header.uid, records)
  putNumber(block, GID, 'gid', header.gid, records)
  block[TYPE_AT] = FLAGS[header.type].charCodeAt(0)
  block.write('ustar\x0000', MAGIC[0], 'latin1')
  putText(block, UNAME, 'uname', encodeName(header.uname), records)
  putText(block, GNAME, 'gname', encodeName(header.gname), records)
  if (header.type === 'char' || header.type === 'block') {
    octal(block, DEV_MAJOR, header.devMajor)
    octal(block, DEV_MINOR, header.devMinor)
  }
  putTimes(block, header, records)
  for (const name of [...header.xattrs.keys()].sort()) {
    const key = name.replaceAll('%', '%25').replaceAll('=', '%3D')
    records.push([`SCHILY.xattr.${key}`, header.xattrs.get(name) ?? ZEROS.subarray(0, 0)])
  }
  seal(block)
  return block
}

/** The name, cut at a slash into prefix and name where it is too long for one field. */
function putName(block: Buffer, name: Buffer, records: PaxRecord[]): void {
  if (name.length <= NAME[1]) {
    name.copy(block, NAME[0])
    return
  }
  // The last byte may be a slash of a directory: it is no place to cut.
  const slash = name.lastIndexOf(0x2f, Math.min(PREFIX[1], name.length - 2))
  if (slash > 0 && name.length - slash - 1 <= NAME[1]) {
    name.copy(block, PREFIX[0], 0, slash)
    name.copy(block, NAME[0], slash + 1)
    return
  }
  name.copy(block, NAME[0], 0, NAME[1])
  records.push(['path', name])
}

function putText(block: Buffer, [at, length]: Field, key: string, value: Buffer, records: PaxRecord[]): void {
  // Names of users and groups end in a NUL, names of links need not.
  const most = key === 'linkpath' ? length : length - 1
  value.copy(block, at, 0, most)
  if (value.length > most) records.push([key, value])
}

function putNumber(block: Buffer, field: Field, key: string, value: number, records: PaxRecord[]): void {
  if (!(value >= 8 ** (field[1] - 1) && Number.isSafeInteger(value))) {
    octal(block, field, value)
    return
  }
  // Readers that know nothing of extended headers stay in step by GNU's way to write a number.
  base256(block, field, value)
  records.push([key, String(value)])
}

function putTimes(block: Buffer, { mtime, atime, ctime }: TarHeader, records: PaxRecord[]): void {
  const seconds = mtime / 1_000_000_000n
  const fits = mtime >= 0n && seconds < 8n ** 11n
  octal(block, MTIME, fits ? Number(seconds) : 0)
  if (!fits || mtime % 1_000_000_000n !== 0n) records.push(['mtime', formatPaxTime(mtime)])
  if (atime !== undefined) records.push(['atime', formatPaxTime(atime)])
  if (ctime !== undefined) records.push(['ctime', formatPaxTime(ctime)])
}

/** The extended header: a member of type 'x' whose content is the records. */
function paxBlocks(records: readonly PaxRecord[]): Buffer {
  const payload = formatPax(records)
  const block = Buffer.alloc(BLOCK)
  block.write('././@PaxHeader', NAME[0], 'latin1')
  for (const field of [UID, GID, MTIME]) octal(block, field, 0)
  octal(block, MODE, 0o644)
  octal(block, SIZE, payload.length)
  block[TYPE_AT] = 0x78
  block.write('ustar\x0000', MAGIC[0], 'latin1')
  seal(block)
  return Buffer.concat([block, payload, tarPadding(payload.length)])
}

/** Zero-padded digits and a NUL. */
function octal(block: Buffer, [at, length]: Field, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0 || value >= 8 ** (length - 1)) {
    throw new InvalidArgument(`cannot write the number ${value} to a tar archive`)
  }
  block.write(value.toString(8).padStart(length - 1, '0'), at, length - 1, 'latin1')
}

function base256(block: Buffer, [at, length]: Field, value: number): void {
  let left = value
  for (let i = at + length - 1; i > at; i--) {
    block[i] = left % 256
    left = Math.floor(left / 256)
  }
  block[at] = 0x80
}

function seal(block: Buffer): void {
  block.write(`${checksum(block, 0).toString(8).padStart(6, '0')}\0 `, CHECKSUM[0], 'latin1')
}
