import { throwIfAborted } from '#lib/abort'
import { DataCorrupt } from '#lib/errors'
import { TAR_END, tarHeader, tarPadding } from '#lib/tar/writer'
import { algorithmOf, createDigester, type Digest } from '#oci'

/** A member of an archive, in the order in which they are written. */
export interface SavedMember {
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** What its bytes must be, where they come from the disk. */
  readonly digest: Digest | undefined
  readonly content: () => AsyncIterable<Uint8Array>
}

const FOLDERS = ['blobs', 'blobs/sha256']

/**
 * Writes a tar archive, piece by piece, the same for the same members. Everything in it is compared with its digest
 * on the way: a disk that has changed a layer is found here, not where the archive is read.
 * @throws DataCorrupt, Cancelled
 */
export async function writeArchive(
  members: readonly SavedMember[],
  write: (chunk: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  for (const name of FOLDERS) await write(tarHeader({ type: 'dir', name, mode: 0o755 }))
  for (const member of members) await writeMember(member, write, signal)
  await write(TAR_END)
}

async function writeMember(
  { name, size, digest, content }: SavedMember,
  write: (chunk: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  await write(tarHeader({ type: 'file', name, mode: 0o644, size }))
  const digester = createDigester(digest === undefined ? 'sha256' : algorithmOf(digest))
  let written = 0
  for await (const chunk of content()) {
    throwIfAborted(signal, 'save images')
    written += chunk.length
    if (written > size) break
    if (digest !== undefined) digester.update(chunk)
    await write(chunk)
  }
  const isSame = written === size && (digest === undefined || digester.digest() === digest)
  if (!isSame) {
    throw new DataCorrupt(`blob ${digest ?? name} is not any more what was stored`, {
      fix: 'the disk has changed it: remove the image, and pull or load it again',
    })
  }
  await write(tarPadding(size))
}
