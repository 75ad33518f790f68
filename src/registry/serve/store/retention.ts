import type { Digest } from '#oci'
import type { StoreDeps } from './deps.ts'
import { below, digestKey, type LinkRecord, type ManifestRecord, type TagRecord } from './records.ts'

/** How long what nobody points at is kept, in milliseconds. */
export interface Retention {
  /** Manifests without a tag, that no index and no subject keeps; undefined: for good. */
  readonly untagged: number | undefined
  /** Blobs that no manifest refers to: their manifest may be on its way. */
  readonly unreferenced: number
  /** Uploads that nobody goes on with. */
  readonly uploads: number
}

const HOUR = 3600 * 1000

export const DEFAULT_RETENTION: Retention = { untagged: undefined, unreferenced: 24 * HOUR, uploads: 7 * 24 * HOUR }

/** What is to become of one repository. */
export interface RepositoryPlan {
  readonly repository: string
  readonly dropManifests: readonly Digest[]
  readonly dropLinks: readonly Digest[]
  readonly keep: ReadonlySet<Digest>
}

/**
 * Decides, reading only. A manifest stays when a tag leads to it, when it is young, when an index that stays refers to
 * it, or when its subject stays; a blob stays when a manifest that stays refers to it, or when it is young.
 */
export function planRepository(deps: StoreDeps, repository: string, retention: Retention): RepositoryPlan {
  const manifests = new Map<Digest, ManifestRecord>()
  for (const { name, value } of below<ManifestRecord>(deps.records.manifests, `${repository}@`)) {
    manifests.set(name as Digest, value)
  }
  const stays = new Set<Digest>()
  for (const root of rootsOf(deps, repository, manifests, retention.untagged)) keepWithAll(root, manifests, stays)
  keepReferrers(manifests, stays)
  const keep = new Set<Digest>(stays)
  for (const digest of stays) for (const need of manifests.get(digest)?.needs ?? []) keep.add(need.digest)
  const dropLinks: Digest[] = []
  for (const { name, value } of below<LinkRecord>(deps.records.links, `${repository}@`)) {
    const digest = name as Digest
    if (keep.has(digest)) continue
    if (isYoung(deps, repository, digest, value, retention.unreferenced)) keep.add(digest)
    else dropLinks.push(digest)
  }
  return { repository, dropManifests: [...manifests.keys()].filter(digest => !stays.has(digest)), dropLinks, keep }
}

function* rootsOf(
  { records, now }: StoreDeps,
  repository: string,
  manifests: ReadonlyMap<Digest, ManifestRecord>,
  untagged: number | undefined,
): Generator<Digest> {
  for (const { value } of below<TagRecord>(records.tags, `${repository}:`)) yield value.digest
  for (const [digest, { since, subject }] of manifests) {
    // A referrer lives as long as what it refers to.
    const young = untagged === undefined ? subject === undefined || !manifests.has(subject) : now() - since < untagged
    if (young) yield digest
  }
}

/** Keeps `root` and what it refers to; says what was not kept before. */
function keepWithAll(root: Digest, manifests: ReadonlyMap<Digest, ManifestRecord>, stays: Set<Digest>): Digest[] {
  const added: Digest[] = []
  const left = [root]
  for (let digest = left.pop(); digest !== undefined; digest = left.pop()) {
    const record = manifests.get(digest)
    if (record === undefined || stays.has(digest)) continue
    stays.add(digest)
    added.push(digest)
    for (const need of record.needs) left.push(need.digest)
  }
  return added
}

/** Signatures and the like of what stays stay, and theirs. */
function keepReferrers(manifests: ReadonlyMap<Digest, ManifestRecord>, stays: Set<Digest>): void {
  const bySubject = Map.groupBy(manifests, ([, { subject }]) => subject)
  const left = [...stays]
  for (let digest = left.pop(); digest !== undefined; digest = left.pop()) {
    for (const [referrer] of bySubject.get(digest) ?? []) left.push(...keepWithAll(referrer, manifests, stays))
  }
}

function isYoung(
  { touched, now, opened }: StoreDeps,
  repository: string,
  digest: Digest,
  { since }: LinkRecord,
  age: number,
): boolean {
  // Who asked an earlier process for it may be about to push its manifest to this one.
  const seen = Math.max(since, touched.get(digestKey(repository, digest)) ?? opened)
  return now() - seen < age
}
