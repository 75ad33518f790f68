import { open } from 'node:fs/promises'
import { errorText, GantryError } from '#lib/errors'
import { fileError } from '#lib/file-error'
import { randomId } from '#lib/ids'
import type { UndoStack } from '#lib/undo'
import { type ApplyResult, type Compression, detectCompression, MAGIC_BYTES } from '#snapshot'
import type { ImageDeps } from '../deps.ts'
import type { Operation } from '../hold.ts'

/** Begins the keys of snapshots into which layers are being unpacked. */
export const UNPACK_PREFIX = 'unpack:'

/** A layer as a file on this disk. */
export interface LayerFile {
  readonly path: string
  /** Bytes of the file. */
  readonly size: number
}

/** Is told how many bytes of the file are read. */
export type Watch = (bytes: number) => void

/** Milliseconds between two looks at how far it is. */
const WATCH_INTERVAL = 100

/**
 * Unpacks a file into a new active snapshot, which is removed again unless `undo` is kept.
 * @throws errors of their kind, with Docker's words in front: `failed to register layer: `
 */
export async function applyFile(
  deps: ImageDeps,
  operation: Operation,
  undo: UndoStack,
  file: LayerFile,
  watch: Watch,
  signal: AbortSignal,
): Promise<ApplyResult & { readonly key: string }> {
  try {
    const compression = await compressionOf(file.path)
    const key = `${UNPACK_PREFIX}${randomId()}`
    await operation.holdSnapshot(key)
    await deps.snapshots.prepare(key, undefined)
    undo.defer(() => discard(deps, key))
    const progress = new BigInt64Array(new SharedArrayBuffer(8))
    using _watching = watching(progress, watch)
    const folder = deps.snapshots.layerFolder(key)
    const mapped = deps.snapshots.mappedPaths(key)
    const request = { blob: file.path, compression, folder, progress, ...(mapped !== undefined && { mapped }) }
    return { key, ...(await deps.apply(request, signal)) }
  } catch (error) {
    const { kind, message, fix } = fileError(error, 'unpack', file.path)
    const details = { cause: error, ...(fix !== undefined && { fix }) }
    throw new GantryError(signal.aborted ? 'cancelled' : kind, `failed to register layer: ${message}`, details)
  }
}

/** Removes an active snapshot. What cannot be removed now is left to `collect`: the first error is what counts. */
export async function discard({ snapshots, log }: ImageDeps, key: string): Promise<void> {
  await snapshots.remove(key).catch((error: unknown) => {
    log.warn('cannot remove a layer that is not wanted', { snapshot: key, error: errorText(error) })
  })
}

/** By its first bytes: media types and names of files have been wrong too often. */
export async function compressionOf(path: string): Promise<Compression> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(MAGIC_BYTES), 0, MAGIC_BYTES, 0)
  return detectCompression(buffer.subarray(0, bytesRead))
}

function watching(progress: BigInt64Array, watch: Watch): Disposable {
  let told = 0
  const timer = setInterval(() => {
    const bytes = Number(Atomics.load(progress, 0))
    if (bytes !== told) watch(bytes)
    told = bytes
  }, WATCH_INTERVAL)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
