import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { DataCorrupt, errorText, InvalidArgument, unreachable } from '#lib/errors'
import { TarReader } from '#lib/tar/reader'
import { type Digest, parseDigest } from '#oci'
import { type LayerSize, LayerWriter } from './layer-writer.ts'

/** How a layer's tar is packed. */
export type Compression = 'none' | 'gzip' | 'zstd'

const READ_BYTES = 1024 * 1024
const INFLATE_BYTES = 512 * 1024

export interface ApplyRequest {
  /** The file that holds the layer. */
  readonly blob: string
  readonly compression: Compression
  /** The empty folder of an active snapshot. */
  readonly folder: string
}

export interface ApplyResult extends LayerSize {
  /** Digest of the uncompressed tar: what the image configuration calls the layer. */
  readonly diffId: Digest
}

/**
 * Unpacks one layer. Heavy: it belongs on a worker thread. On failure the folder holds whatever was written so far
 * and is good for nothing but removal.
 * @throws InvalidArgument for what is no layer, DataCorrupt for what does not inflate, SyscallError (no space)
 */
export async function applyLayer(request: ApplyRequest, signal?: AbortSignal): Promise<ApplyResult> {
  const hash = createHash('sha256')
  using writer = new LayerWriter(request.folder)
  const reader = new TarReader(writer)
  for await (const chunk of openLayer(request, signal)) {
    hash.update(chunk as Buffer)
    reader.push(chunk as Buffer)
  }
  reader.end()
  return { diffId: parseDigest(`sha256:${hash.digest('hex')}`), ...writer.size }
}

async function* openLayer({ blob, compression }: ApplyRequest, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const file = createReadStream(blob, { highWaterMark: READ_BYTES, ...(signal === undefined ? {} : { signal }) })
  try {
    for await (const chunk of decompressed(file, compression)) yield chunk as Buffer
  } catch (error) {
    throw isInflateError(error)
      ? new DataCorrupt(`layer does not decompress: ${errorText(error)}`, { cause: error })
      : error
  } finally {
    file.destroy()
  }
}

function decompressed(file: Readable, compression: Compression): Readable {
  switch (compression) {
    case 'none':
      return file
    case 'gzip':
      return pipe(file, createGunzip({ chunkSize: INFLATE_BYTES }))
    case 'zstd':
      return pipe(file, createZstdDecompress({ chunkSize: INFLATE_BYTES }))
    default:
      return unreachable(compression)
  }
}

function pipe(
  file: Readable,
  through: ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress>,
): Readable {
  file.once('error', error => through.destroy(error))
  return file.pipe(through)
}

function isInflateError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^(Z_|ZSTD_|ERR_ZLIB|ERR_ZSTD)/.test(code)
}

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b])
const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
const BZIP2_MAGIC = Buffer.from('BZh')
const XZ_MAGIC = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])

/** How the bytes that begin with `head` (six are enough) are packed. @throws InvalidArgument for xz and bzip2 */
export function detectCompression(head: Buffer): Compression {
  const begins = (magic: Buffer) => head.subarray(0, magic.length).equals(magic)
  if (begins(GZIP_MAGIC)) return 'gzip'
  if (begins(ZSTD_MAGIC)) return 'zstd'
  for (const [name, magic] of [
    ['xz', XZ_MAGIC],
    ['bzip2', BZIP2_MAGIC],
  ] as const) {
    if (begins(magic))
      throw new InvalidArgument(`layers packed with ${name} are not read`, { fix: `unpack it first: ${name} -d FILE` })
  }
  return 'none'
}
