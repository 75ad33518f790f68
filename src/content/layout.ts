import { join } from 'node:path'
import { algorithmOf, type Digest, digestOf, hexOf } from '#oci'

/** Where things lie below the folder of a store. */
export interface Layout {
  readonly root: string
  /** All folders of the store itself, outermost first. */
  readonly folders: readonly string[]
  readonly blobFolders: Readonly<Record<'sha256' | 'sha512', string>>
  readonly ingests: string
  blob(digest: Digest): string
  ingest(key: string): IngestPaths
}

export interface IngestPaths {
  readonly folder: string
  readonly ref: string
  readonly data: string
}

export function layoutOf(root: string): Layout {
  const blobs = join(root, 'blobs')
  const blobFolders = { sha256: join(blobs, 'sha256'), sha512: join(blobs, 'sha512') }
  const ingests = join(root, 'ingest')
  return {
    root,
    folders: [root, blobs, blobFolders.sha256, blobFolders.sha512, ingests],
    blobFolders,
    ingests,
    blob: digest => join(blobFolders[algorithmOf(digest)], hexOf(digest)),
    ingest: key => {
      const folder = join(ingests, key)
      return { folder, ref: join(folder, 'ref'), data: join(folder, 'data') }
    },
  }
}

/** The folder name of an ingest: refs are any text. */
export function keyOf(ref: string): string {
  return hexOf(digestOf(ref))
}

export function isKey(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text)
}
