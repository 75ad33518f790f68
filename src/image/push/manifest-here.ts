import { DataCorrupt, GantryError, NotFound } from '#lib/errors'
import { type Digest, DOCUMENT_BYTES_MAX, type Manifest, parseManifest } from '#oci'
import type { ImageDeps } from '../deps.ts'
import type { Operation } from '../hold.ts'

/** A manifest with the bytes that make its digest. */
export interface OwnManifest {
  readonly digest: Digest
  readonly bytes: Uint8Array
  readonly document: Manifest
}

/** The manifest with that digest, if it is here and whole. */
export async function manifestHere(
  deps: ImageDeps,
  operation: Operation,
  digest: Digest,
): Promise<OwnManifest | undefined> {
  await operation.holdBlob(digest)
  try {
    const bytes = await deps.content.readAll(digest, DOCUMENT_BYTES_MAX)
    return { digest, bytes, document: parseManifest(bytes) }
  } catch (error) {
    if (error instanceof NotFound || error instanceof DataCorrupt) return undefined
    if (error instanceof GantryError && error.kind === 'invalid-argument') return undefined
    throw error
  }
}
