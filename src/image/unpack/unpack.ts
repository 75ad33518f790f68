import { abortable } from '#lib/abort'
import { DataCorrupt, InvalidArgument } from '#lib/errors'
import { UndoStack } from '#lib/undo'
import { chainIds, type Digest, digestOf } from '#oci'
import type { ImageDeps } from '../deps.ts'
import type { Operation } from '../hold.ts'
import { applyFile, discard, type LayerFile, type Watch } from './apply-file.ts'

/** Where a layer belongs. */
export interface LayerPlace {
  /** What the configuration says its uncompressed bytes are. */
  readonly diffId: Digest
  readonly chainId: Digest
  /** Chain id of what is below. */
  readonly parent: Digest | undefined
}

/** The places of an image's layers, lowest first. */
export function layerPlaces(diffIds: readonly Digest[]): LayerPlace[] {
  const chain = chainIds(diffIds)
  return chain.map((chainId, at) => ({ diffId: diffIds[at] ?? chainId, chainId, parent: chain[at - 1] }))
}

/** Bytes of file content in a layer that is unpacked; undefined where it is not. A damaged one gives way. */
export async function unpackedSize(
  { snapshots }: Pick<ImageDeps, 'snapshots'>,
  chainId: Digest,
): Promise<number | undefined> {
  try {
    const info = snapshots.stat(chainId)
    return info?.kind === 'committed' ? (info.size ?? 0) : undefined
  } catch (error) {
    if (!(error instanceof DataCorrupt)) throw error
    await snapshots.remove(chainId)
    return undefined
  }
}

/**
 * Makes the layer of `place` out of a file unless it is there; says how many bytes of file content it has. Whoever
 * wants the same layer at the same time waits, finds it, or, where it went wrong, tries with its own file. The layer
 * below may still be on its way: `below` says when it is there.
 * @throws InvalidArgument where the file holds another layer than the configuration says: nothing of it stays (S63, S70)
 */
export async function unpackLayer(
  deps: ImageDeps,
  operation: Operation,
  place: LayerPlace,
  file: LayerFile,
  watch: Watch,
  signal: AbortSignal,
  below: Promise<unknown> = Promise.resolve(),
): Promise<number> {
  await operation.holdSnapshot(place.chainId)
  using _held = await lockLayer(deps, place.chainId, signal)
  const there = await unpackedSize(deps, place.chainId)
  if (there !== undefined) return there
  await using undo = new UndoStack()
  const { key, diffId, bytes, isMapped } = await applyFile(deps, operation, undo, file, watch, signal)
  if (diffId !== place.diffId) {
    throw new InvalidArgument(
      `layers from manifest don't match image configuration: a layer unpacks to ${diffId} instead of ${place.diffId}`,
      { fix: 'the image is broken or was tampered with; nothing of it was kept' },
    )
  }
  await below
  const parent = place.parent === undefined ? {} : { parent: place.parent }
  await deps.snapshots.commit(place.chainId, key, { size: bytes, pending: true, mapped: isMapped, ...parent })
  undo.keep()
  return bytes
}

/** The same for a layer on top of `parent` of which nobody has said what it must be. */
export async function unpackNewLayer(
  deps: ImageDeps,
  operation: Operation,
  parent: Digest | undefined,
  file: LayerFile,
  watch: Watch,
  signal: AbortSignal,
): Promise<{ readonly diffId: Digest; readonly chainId: Digest; readonly bytes: number }> {
  await using undo = new UndoStack()
  const { key, diffId, bytes, isMapped } = await applyFile(deps, operation, undo, file, watch, signal)
  const chainId = parent === undefined ? diffId : digestOf(`${parent} ${diffId}`)
  await operation.holdSnapshot(chainId)
  using _held = await lockLayer(deps, chainId, signal)
  if ((await unpackedSize(deps, chainId)) !== undefined) await discard(deps, key)
  else {
    const below = parent === undefined ? {} : { parent }
    await deps.snapshots.commit(chainId, key, { size: bytes, pending: true, mapped: isMapped, ...below })
  }
  undo.keep()
  return { diffId, chainId, bytes }
}

async function lockLayer({ layerLocks }: ImageDeps, chainId: Digest, signal: AbortSignal): Promise<Disposable> {
  return await abortable(layerLocks.acquire(chainId), signal, `wait for layer ${chainId}`, late =>
    late[Symbol.dispose](),
  )
}
