import type { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { InvalidArgument, unreachable } from '#lib/errors'

/** How a tar is packed. */
export type Compression = 'none' | 'gzip' | 'zstd'

const INFLATE_BYTES = 512 * 1024

/** Bytes that `detectCompression` has to see. */
export const MAGIC_BYTES = 6

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b])
const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
const BZIP2_MAGIC = Buffer.from('BZh')
const XZ_MAGIC = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])

/**
 * How the bytes that begin with `head` (`MAGIC_BYTES` are enough) are packed; `what` they are, for the error.
 * @throws InvalidArgument for xz and bzip2
 */
export function detectCompression(head: Buffer, what: 'layers' | 'archives' = 'layers'): Compression {
  const begins = (magic: Buffer) => head.subarray(0, magic.length).equals(magic)
  if (begins(GZIP_MAGIC)) return 'gzip'
  if (begins(ZSTD_MAGIC)) return 'zstd'
  for (const [name, magic] of [
    ['xz', XZ_MAGIC],
    ['bzip2', BZIP2_MAGIC],
  ] as const) {
    if (begins(magic))
      throw new InvalidArgument(`${what} packed with ${name} are not read`, { fix: `unpack it first: ${name} -d FILE` })
  }
  return 'none'
}

/** What comes out of `packed`, whose failure is the result's failure too. Errors of the format: `isInflateError`. */
export function decompress(packed: Readable, compression: Compression): Readable {
  switch (compression) {
    case 'none':
      return packed
    case 'gzip':
      return pipe(packed, createGunzip({ chunkSize: INFLATE_BYTES }))
    case 'zstd':
      return pipe(packed, createZstdDecompress({ chunkSize: INFLATE_BYTES }))
    default:
      return unreachable(compression)
  }
}

/** True where the bytes themselves are wrong: cut off, changed, or not packed at all. */
export function isInflateError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^(Z_|ZSTD_|ERR_ZLIB|ERR_ZSTD)/.test(code)
}

function pipe(
  packed: Readable,
  through: ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress>,
): Readable {
  packed.once('error', error => through.destroy(error))
  return packed.pipe(through)
}
