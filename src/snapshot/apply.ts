import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { DataCorrupt, errorText, InvalidArgument } from '#lib/errors'
import { TarReader } from '#lib/tar/reader'
import { type Digest, parseDigest } from '#oci'
import { type Compression, decompress, isInflateError } from './compression.ts'
import { type LayerSize, LayerWriter } from './layer-writer.ts'

const READ_BYTES = 1024 * 1024

/** Bytes that may follow the end of a layer's tar: blocking pads a little, a bomb pads without end (SAFETY S15). */
export const TRAILING_BYTES_MAX = 64 * 1024 * 1024

export interface ApplyRequest {
  /** The file that holds the layer. */
  readonly blob: string
  readonly compression: Compression
  /** The empty folder of an active snapshot. */
  readonly folder: string
  /** One number in shared memory: the bytes of the file that are read so far, for those who watch. */
  readonly progress?: BigInt64Array
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
  let trailing = 0
  for await (const chunk of openLayer(request, signal)) {
    if (writer.isComplete) trailing += chunk.length
    if (trailing > TRAILING_BYTES_MAX) {
      throw new InvalidArgument(`more than ${TRAILING_BYTES_MAX} bytes follow the end of the layer`)
    }
    hash.update(chunk)
    reader.push(chunk)
  }
  reader.end()
  return { diffId: parseDigest(`sha256:${hash.digest('hex')}`), ...writer.size }
}

async function* openLayer(
  { blob, compression, progress }: ApplyRequest,
  signal?: AbortSignal,
): AsyncGenerator<Buffer, void> {
  const file = createReadStream(blob, { highWaterMark: READ_BYTES, ...(signal === undefined ? {} : { signal }) })
  try {
    for await (const chunk of decompress(file, compression)) {
      if (progress !== undefined) Atomics.store(progress, 0, BigInt(file.bytesRead))
      yield chunk as Buffer
    }
  } catch (error) {
    throw isInflateError(error)
      ? new DataCorrupt(`layer does not decompress: ${errorText(error)}`, { cause: error })
      : error
  } finally {
    file.destroy()
  }
}
