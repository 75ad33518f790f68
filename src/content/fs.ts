import { type FileHandle, open } from 'node:fs/promises'
import { Cancelled, errorCode, errorText, GantryError, NoSpace, SystemError } from '#lib/errors'

/** What the kernel says where a disk, a quota or a file system's inodes are used up. */
const NO_SPACE = ['ENOSPC', 'EDQUOT']

/**
 * The meaning of a failed file operation. Docker's clients and tests look for "no space left on device".
 * @param doing What was tried, with the path: "write blob sha256:..."
 */
export function storeError(error: unknown, doing: string, folder: string): GantryError {
  if (error instanceof GantryError) return error
  if (errorCode(error) === 'ABORT_ERR') return new Cancelled(`${doing}: cancelled`, { cause: error })
  if (NO_SPACE.includes(errorCode(error) ?? '')) {
    return new NoSpace(`${doing}: no space left on device`, {
      fix: `free space or inodes on the file system of ${folder}, for example with an image prune`,
      cause: error,
    })
  }
  return new SystemError(`${doing}: ${errorText(error)}`, { cause: error })
}

/** Writes all of `chunks` at `position`, however little the kernel takes at a time. */
export async function writeAll(file: FileHandle, chunks: readonly Uint8Array[], position: number): Promise<void> {
  let left = chunks
  let at = position
  while (left.length > 0) {
    const { bytesWritten } = await file.writev([...left], at)
    at += bytesWritten
    left = without(left, bytesWritten)
  }
}

/** `chunks` without their first `bytes` bytes. */
function without(chunks: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let skip = bytes
  const left: Uint8Array[] = []
  for (const chunk of chunks) {
    if (skip < chunk.length) left.push(chunk.subarray(skip))
    skip = Math.max(0, skip - chunk.length)
  }
  return left
}

/** Makes names that were created, renamed or removed in `folder` survive a power loss. */
export async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r')
  await handle.sync()
}

export function throwIfAborted(signal: AbortSignal | undefined, doing: string): void {
  if (signal?.aborted) throw new Cancelled(`${doing}: cancelled`, { cause: signal.reason })
}

/** Waits for `promise`, or throws Cancelled; `late` gets a result that comes after that. */
export async function abortable<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  doing: string,
  late: (value: T) => void,
): Promise<T> {
  throwIfAborted(signal, doing)
  if (signal === undefined) return await promise
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(new Cancelled(`${doing}: cancelled`, { cause: signal.reason }))
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } catch (error) {
    promise.then(late, () => {})
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
