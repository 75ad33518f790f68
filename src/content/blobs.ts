import { constants } from 'node:fs'
import { access, type FileHandle, open, opendir, readFile, stat, unlink } from 'node:fs/promises'
import { throwIfAborted } from '#lib/abort'
import { DataCorrupt, errorCode, InvalidArgument, NotFound } from '#lib/errors'
import { fileError } from '#lib/file-error'
import { algorithmOf, createDigester, type Digest, digestOf, isDigest } from '#oci'
import type { Layout } from './layout.ts'
import type { BlobInfo, ReadRange } from './store.ts'

/** Bytes of one chunk that a reader gets. */
const CHUNK = 256 * 1024

export async function hasBlob(layout: Layout, digest: Digest): Promise<boolean> {
  return await access(layout.blob(digest), constants.F_OK).then(
    () => true,
    error => {
      if (errorCode(error) === 'ENOENT') return false
      throw fileError(error, `look for blob ${digest}`, layout.root)
    },
  )
}

export async function blobInfo(layout: Layout, digest: Digest): Promise<BlobInfo> {
  try {
    return { digest, size: (await stat(layout.blob(digest))).size }
  } catch (error) {
    throw readError(error, layout, digest)
  }
}

export async function* readBlob(layout: Layout, digest: Digest, range: ReadRange = {}): AsyncGenerator<Buffer> {
  const { offset = 0, length = Number.MAX_SAFE_INTEGER, signal } = range
  await using file = await openBlob(layout, digest)
  const { size } = await file.stat()
  if (!(offset >= 0 && offset <= size && length >= 0)) {
    throw new InvalidArgument(`invalid range: ${offset} of blob ${digest}, which has ${size} bytes`)
  }
  const end = Math.min(size, offset + length)
  for (let at = offset; at < end; ) {
    throwIfAborted(signal, `read blob ${digest}`)
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, end - at))
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at)
    if (bytesRead === 0) throw new DataCorrupt(`blob ${digest} became shorter while it was read`)
    at += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

export async function readWholeBlob(layout: Layout, digest: Digest, limit: number): Promise<Buffer> {
  const { size } = await blobInfo(layout, digest)
  if (size > limit) throw new InvalidArgument(`blob ${digest} has ${size} bytes, at most ${limit} are read`)
  const bytes = await readFile(layout.blob(digest)).catch((error: unknown) => {
    throw readError(error, layout, digest)
  })
  if (digestOf(bytes, algorithmOf(digest)) !== digest) throw corrupt(digest)
  return bytes
}

export async function verifyBlob(layout: Layout, digest: Digest, signal: AbortSignal | undefined): Promise<boolean> {
  const digester = createDigester(algorithmOf(digest))
  for await (const chunk of readBlob(layout, digest, signal === undefined ? {} : { signal })) digester.update(chunk)
  return digester.digest() === digest
}

export async function deleteBlob(layout: Layout, digest: Digest): Promise<boolean> {
  try {
    await unlink(layout.blob(digest))
    return true
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false
    throw fileError(error, `delete blob ${digest}`, layout.root)
  }
}

/** Files whose name is no digest are not ours and passed over. */
export async function* listBlobs(layout: Layout): AsyncGenerator<BlobInfo> {
  for (const [algorithm, folder] of Object.entries(layout.blobFolders)) {
    for await (const entry of await opendir(folder)) {
      const digest = `${algorithm}:${entry.name}`
      if (!entry.isFile() || !isDigest(digest)) continue
      // It may be deleted between listing and looking.
      const info = await stat(layout.blob(digest)).catch(() => undefined)
      if (info !== undefined) yield { digest, size: info.size }
    }
  }
}

async function openBlob(layout: Layout, digest: Digest): Promise<FileHandle> {
  return await open(layout.blob(digest), 'r').catch((error: unknown) => {
    throw readError(error, layout, digest)
  })
}

function readError(error: unknown, layout: Layout, digest: Digest): Error {
  if (errorCode(error) === 'ENOENT') return new NotFound(`blob ${digest} not found`, { cause: error })
  return fileError(error, `read blob ${digest}`, layout.root)
}

function corrupt(digest: Digest): DataCorrupt {
  return new DataCorrupt(`blob ${digest} does not match its digest`, {
    fix: 'the disk has changed it: remove the image and pull it again',
  })
}
