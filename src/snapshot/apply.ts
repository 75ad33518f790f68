import { createHash } from 'node:crypto'
import { closeSync, createReadStream, openSync, rmSync, writeFileSync } from 'node:fs'
import { DataCorrupt, errorText, InvalidArgument } from '#lib/errors'
import { TarReader } from '#lib/tar/reader'
import { fromMillis } from '#lib/time'
import { DirectFile, LayerTree } from '#linux'
import { type Digest, parseDigest } from '#oci'
import { type Compression, decompress, isInflateError } from './compression.ts'
import { imageParts } from './erofs/image.ts'
import { ErofsTree, NotMappable } from './erofs/tree.ts'
import type { LayerTarget } from './layer-target.ts'
import { type LayerSize, LayerWriter } from './layer-writer.ts'
import type { MappedPaths } from './mapped.ts'

const READ_BYTES = 1024 * 1024

/** Bytes that may follow the end of a layer's tar: blocking pads a little, a bomb pads without end (SAFETY S15). */
export const TRAILING_BYTES_MAX = 64 * 1024 * 1024

export interface ApplyRequest {
  /** The file that holds the layer. */
  readonly blob: string
  readonly compression: Compression
  /** The empty folder of an active snapshot. */
  readonly folder: string
  /** Where to put the layer's tar and the image that shows its files, for snapshots that are mounted from them. */
  readonly mapped?: MappedPaths
  /** One number in shared memory: the bytes of the file that are read so far, for those who watch. */
  readonly progress?: BigInt64Array
}

export interface ApplyResult extends LayerSize {
  /** False where the layer was unpacked into its folder. */
  readonly isMapped: boolean
  /** Digest of the uncompressed tar: what the image configuration calls the layer. */
  readonly diffId: Digest
}

/**
 * Unpacks one layer, or keeps its tar with an image of its files beside it where that is asked for and can be done.
 * Heavy: it belongs on a worker thread. On failure there is whatever was written so far, good for nothing but removal.
 * @throws InvalidArgument for what is no layer, DataCorrupt for what does not inflate, SyscallError (no space)
 */
export async function applyLayer(request: ApplyRequest, signal?: AbortSignal): Promise<ApplyResult> {
  if (request.mapped !== undefined) {
    try {
      return await mapLayer(request, request.mapped, signal)
    } catch (error) {
      if (!(error instanceof NotMappable)) throw error
      for (const path of [request.mapped.tar, request.mapped.image]) rmSync(path, { force: true })
    }
  }
  const read = await readLayer(request, new LayerTree(request.folder), async () => {}, signal)
  return { ...read, isMapped: false }
}

async function mapLayer(request: ApplyRequest, mapped: MappedPaths, signal?: AbortSignal): Promise<ApplyResult> {
  const tree = new ErofsTree(fromMillis(Date.now()))
  const tar = new DirectFile(mapped.tar, 0o400)
  let bytes = 0
  const keep = async (chunk: Buffer) => {
    bytes += chunk.length
    await tar.write(chunk)
  }
  try {
    const read = await readLayer(request, tree, keep, signal)
    await tar.end()
    writeImage(mapped.image, imageParts(tree.root, bytes))
    return { ...read, isMapped: true }
  } finally {
    await tar.close()
  }
}

function writeImage(path: string, parts: Iterable<Buffer>): void {
  const file = openSync(path, 'wx', 0o400)
  try {
    for (const part of parts) writeFileSync(file, part)
  } finally {
    closeSync(file)
  }
}

async function readLayer(
  request: ApplyRequest,
  target: LayerTarget,
  keep: (chunk: Buffer) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<LayerSize & { readonly diffId: Digest }> {
  const hash = createHash('sha256')
  using writer = new LayerWriter(target)
  const reader = new TarReader(writer)
  let trailing = 0
  for await (const chunk of openLayer(request, signal)) {
    if (writer.isComplete) trailing += chunk.length
    if (trailing > TRAILING_BYTES_MAX) {
      throw new InvalidArgument(`more than ${TRAILING_BYTES_MAX} bytes follow the end of the layer`)
    }
    hash.update(chunk)
    reader.push(chunk)
    await keep(chunk)
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
