import * as Type from 'typebox'
import { type Collection, type Meta, recordParser } from '#meta'
import { type Digest, parseDigest } from '#oci'

/** Times are milliseconds since the Unix epoch. */
export interface RepositoryRecord {
  readonly since: number
}

export interface TagRecord {
  readonly digest: Digest
  readonly since: number
}

/** What a manifest refers to and its repository must hold. */
export interface Need {
  readonly kind: 'blob' | 'manifest'
  readonly digest: Digest
  readonly size: number
}

export interface ManifestRecord {
  readonly mediaType: string
  readonly size: number
  readonly artifactType: string
  readonly subject: Digest | undefined
  readonly needs: readonly Need[]
  /** When it was pushed, or lost its last tag. */
  readonly since: number
}

/** A blob belongs to a repository. */
export interface LinkRecord {
  readonly size: number
  readonly since: number
}

export interface UploadRecord {
  readonly repository: string
  readonly since: number
}

export interface Records {
  readonly meta: Meta
  /** By name. */
  readonly repositories: Collection<RepositoryRecord>
  /** By `repository:tag`. */
  readonly tags: Collection<TagRecord>
  /** By `repository@digest`. */
  readonly manifests: Collection<ManifestRecord>
  /** By `repository@digest`. */
  readonly links: Collection<LinkRecord>
  /** By `repository@subject@digest`. */
  readonly referrers: Collection<RepositoryRecord>
  /** By id. */
  readonly uploads: Collection<UploadRecord>
}

export function openRecords(meta: Meta): Records {
  return {
    meta,
    repositories: meta.collection('registry-repositories', parseRepository),
    tags: meta.collection('registry-tags', parseTag),
    manifests: meta.collection('registry-manifests', parseManifestRecord),
    links: meta.collection('registry-links', parseLink),
    referrers: meta.collection('registry-referrers', parseRepository),
    uploads: meta.collection('registry-uploads', parseUpload),
  }
}

/** Neither `@` nor `:` can be in the name of a repository, nor `@` in a digest. */
export const tagKey = (repository: string, tag: string) => `${repository}:${tag}`
export const digestKey = (repository: string, digest: Digest) => `${repository}@${digest}`
export const referrerKey = (repository: string, subject: Digest, digest: Digest) => `${repository}@${subject}@${digest}`

/** Records read at once where a whole repository or registry is gone through. */
const BATCH = 1000

/** What `collection` holds below `prefix`, keys without it; what does not parse is passed over. */
export function* below<T>(collection: Collection<T>, prefix: string): Generator<{ name: string; value: T }> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const entries = collection.scan({ prefix, after, limit: BATCH })
    for (const entry of entries) {
      if ('value' in entry) yield { name: entry.key.slice(prefix.length), value: entry.value }
    }
    after = entries.length < BATCH ? undefined : entries.at(-1)?.key
  }
}

const parseRepository = recordParser(Type.Object({ since: Type.Number() }))
const parseLink = recordParser(Type.Object({ size: Type.Number(), since: Type.Number() }))
const parseUpload = recordParser(Type.Object({ repository: Type.String(), since: Type.Number() }))
const checkTag = recordParser(Type.Object({ digest: Type.String(), since: Type.Number() }))
const checkManifest = recordParser(
  Type.Object({
    mediaType: Type.String(),
    size: Type.Number(),
    artifactType: Type.String(),
    subject: Type.Optional(Type.String()),
    needs: Type.Array(
      Type.Object({
        kind: Type.Union([Type.Literal('blob'), Type.Literal('manifest')]),
        digest: Type.String(),
        size: Type.Number(),
      }),
    ),
    since: Type.Number(),
  }),
)

function parseTag(value: unknown): TagRecord {
  const { digest, since } = checkTag(value)
  return { digest: parseDigest(digest), since }
}

function parseManifestRecord(value: unknown): ManifestRecord {
  const { subject, needs, ...rest } = checkManifest(value)
  return {
    ...rest,
    subject: subject === undefined ? undefined : parseDigest(subject),
    needs: needs.map(need => ({ ...need, digest: parseDigest(need.digest) })),
  }
}
