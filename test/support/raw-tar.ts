/** Archives as nobody should write them: every field of a header can be set to any bytes. */

type Bytes = string | Uint8Array

export interface RawHeader {
  readonly name?: Bytes
  readonly mode?: number | Bytes
  readonly uid?: number | Bytes
  readonly gid?: number | Bytes
  readonly size?: number | Bytes
  readonly mtime?: number | Bytes
  /** One character. */
  readonly type?: string
  readonly linkName?: Bytes
  /** Whose header this pretends to be; what else stands there where it is neither. */
  readonly magic?: 'ustar' | 'gnu' | 'v7'
  readonly devMajor?: number | Bytes
  readonly devMinor?: number | Bytes
  readonly prefix?: Bytes
  /** Written instead of the right one. */
  readonly checksum?: Bytes
  /** Bytes written over the finished block, before its checksum is made. */
  readonly patch?: readonly (readonly [at: number, bytes: Bytes])[]
}

const MAGIC = { ustar: 'ustar\x0000', gnu: 'ustar  \0', v7: '' } as const

const BLOCK = 512

/** One header block. Strings are bytes (latin1). */
export function rawHeader(header: RawHeader): Buffer {
  const block = Buffer.alloc(BLOCK)
  put(block, 0, 100, header.name ?? 'file')
  put(block, 100, 8, header.mode ?? 0o644)
  put(block, 108, 8, header.uid ?? 0)
  put(block, 116, 8, header.gid ?? 0)
  put(block, 124, 12, header.size ?? 0)
  put(block, 136, 12, header.mtime ?? 1_700_000_000)
  put(block, 156, 1, header.type ?? '0')
  put(block, 157, 100, header.linkName ?? '')
  put(block, 257, 8, MAGIC[header.magic ?? 'ustar'])
  put(block, 329, 8, header.devMajor ?? 0)
  put(block, 337, 8, header.devMinor ?? 0)
  put(block, 345, 155, header.prefix ?? '')
  for (const [at, bytes] of header.patch ?? []) put(block, at, BLOCK - at, bytes)
  return seal(block, header.checksum)
}

/** The block with its checksum put right, as somebody would who changed something else in it. */
export function seal(block: Buffer, checksum?: Bytes): Buffer {
  block.fill(0x20, 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  put(block, 148, 8, checksum ?? `${sum.toString(8).padStart(6, '0')}\0 `)
  return block
}

/** A member with content; `size` in the header is right unless given. */
export function rawFile(header: RawHeader, content: Bytes = ''): Buffer {
  const bytes = Buffer.from(typeof content === 'string' ? Buffer.from(content, 'latin1') : content)
  return Buffer.concat([rawHeader({ size: bytes.length, ...header }), padded(bytes)])
}

/** Content and the zeros after it. */
export function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)])
}

/** A right record of an extended header. */
export function paxRecord(key: string, value: Bytes): Buffer {
  const body = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')])
  let length = body.length
  while (length !== body.length + String(length).length) length = body.length + String(length).length
  return Buffer.concat([Buffer.from(String(length)), body])
}

/** An extended header ('x') or a global one ('g') with `records`, which may be any bytes. */
export function paxHeader(type: 'x' | 'g', ...records: (readonly [string, Bytes] | Uint8Array)[]): Buffer {
  const payload = records.map(record => (record instanceof Uint8Array ? record : paxRecord(record[0], record[1])))
  return rawFile({ name: 'PaxHeaders/x', type }, Buffer.concat(payload))
}

/** GNU's long name ('L') or long link ('K'). */
export function gnuLong(type: 'L' | 'K', name: Bytes): Buffer {
  return rawFile({ name: '././@LongLink', type, magic: 'gnu' }, Buffer.concat([Buffer.from(name), Buffer.alloc(1)]))
}

/** Members and the end of the archive. */
export function archive(...members: Uint8Array[]): Buffer {
  return Buffer.concat([...members, Buffer.alloc(2 * BLOCK)])
}

/** GNU's base-256: a positive or negative number in a field of `length` bytes. */
export function base256(value: bigint, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  let left = value
  for (let i = length - 1; i > 0; i--) {
    bytes[i] = Number(left & 0xffn)
    left >>= 8n
  }
  bytes[0] = value < 0n ? 0xff : 0x80
  return bytes
}

function put(block: Buffer, at: number, length: number, value: number | Bytes): void {
  if (typeof value === 'number') block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, length, 'latin1')
  else if (typeof value === 'string') block.write(value, at, length, 'latin1')
  else Buffer.from(value).copy(block, at, 0, Math.min(value.length, length))
}
