import { type FileHandle, open } from 'node:fs/promises'

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
