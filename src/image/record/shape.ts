import * as Type from 'typebox'
import { recordParser } from '#meta'
import { type Digest, parseDigest } from '#oci'

/** What is kept of an image; its configuration is in the content store, under the same digest. */
export interface ImageRecord {
  readonly id: Digest
  /** Sorted, as `names` leads here. */
  readonly tags: readonly string[]
  readonly repoDigests: readonly string[]
  /** Bytes of file content, lowest layer first. */
  readonly layerSizes: readonly number[]
  /** RFC 3339. */
  readonly lastTagged: string | undefined
  readonly manifest: Digest | undefined
  /** Configuration, manifest, indexes, layers: some may never have come here. */
  readonly blobs: readonly Digest[]
}

/** Where a name leads. */
export interface NameRecord {
  readonly id: Digest
}

const checkImage = recordParser(
  Type.Object({
    id: Type.String(),
    tags: Type.Array(Type.String()),
    repoDigests: Type.Array(Type.String()),
    layerSizes: Type.Array(Type.Integer()),
    lastTagged: Type.Optional(Type.String()),
    manifest: Type.Optional(Type.String()),
    blobs: Type.Array(Type.String()),
  }),
)

const checkName = recordParser(Type.Object({ id: Type.String() }))

export function parseImageRecord(value: unknown): ImageRecord {
  const { id, lastTagged, manifest, blobs, ...rest } = checkImage(value)
  return {
    ...rest,
    id: parseDigest(id),
    lastTagged,
    manifest: manifest === undefined ? undefined : parseDigest(manifest),
    blobs: blobs.map(parseDigest),
  }
}

export function parseNameRecord(value: unknown): NameRecord {
  return { id: parseDigest(checkName(value).id) }
}
