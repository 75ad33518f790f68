import { DataCorrupt } from '#lib/errors'
import { parseJson } from '../json/parse.ts'
import { writeJson } from '../json/write.ts'
import { readBody } from '../read/body.ts'
import { int64, object, string, uint32 } from '../schema.ts'

/** Header of HEAD and GET /containers/{id}/archive. */
export const PATH_STAT_HEADER = 'X-Docker-Container-Path-Stat'

export interface PathStat {
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Go's fs.FileMode: permissions in the low 9 bits, the kind in its own high bits (`GO_MODE`), not those of stat(2). */
  readonly mode: number
  /** RFC 3339. */
  readonly mtime: string
  /** Where a symbolic link leads, resolved in the container; empty for everything else. */
  readonly linkTarget: string
}

/** The bits of Go's fs.FileMode above the permissions. */
export const GO_MODE = {
  dir: 0x8000_0000,
  symlink: 0x0800_0000,
  device: 0x0400_0000,
  namedPipe: 0x0200_0000,
  socket: 0x0100_0000,
  setuid: 0x0080_0000,
  setgid: 0x0040_0000,
  charDevice: 0x0020_0000,
  sticky: 0x0010_0000,
} as const

const Stat = object('PathStat', {
  name: string(),
  size: int64(),
  mode: uint32(),
  mtime: string(),
  linkTarget: string(),
})

export function encodePathStat(stat: PathStat): string {
  return Buffer.from(writeJson(stat, { escapeHtml: true })).toString('base64')
}

/** @throws DataCorrupt where the header is none. */
export function decodePathStat(header: string | undefined): PathStat {
  try {
    const read = readBody(Stat, parseJson(Buffer.from(header ?? '', 'base64').toString())).value
    const { name = '', size = 0, mode = 0, mtime = '', linkTarget = '' } = read
    return { name, size, mode, mtime, linkTarget }
  } catch (cause) {
    throw new DataCorrupt(`unable to decode container path stat header`, { cause })
  }
}
