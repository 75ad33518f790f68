import { algorithmOf, type Digest, digestOf, type ImageDocument } from '#oci'
import { invalidDigest, unknownManifest } from '../refusal.ts'
import {
  type ManifestContent,
  type ManifestReference,
  type ManifestSource,
  type PutManifest,
  referenceText,
} from '../registry.ts'
import type { StoreDeps } from './deps.ts'
import { needed, userOf } from './links.ts'
import { below, digestKey, type ManifestRecord, type Need, referrerKey, type TagRecord, tagKey } from './records.ts'
import { checkNeeds, needsOf, readPushed } from './validate.ts'

/** The longest manifest that is read back: longer ones are not taken. */
const READ_MAX = 4 * 1024 * 1024

export function findManifest(deps: StoreDeps, repository: string, reference: ManifestReference): ManifestSource {
  const { records, content } = deps
  const digest =
    reference.kind === 'digest' ? reference.digest : records.tags.get(tagKey(repository, reference.tag))?.digest
  const record = digest === undefined ? undefined : records.manifests.get(digestKey(repository, digest))
  if (digest === undefined || record === undefined) throw unknownManifest(repository, referenceText(reference))
  return { digest, mediaType: record.mediaType, size: record.size, read: () => content.readAll(digest, READ_MAX) }
}

/** Stores the document as it is, byte by byte, and lets the tag lead to it. */
export async function putManifest(
  deps: StoreDeps,
  repository: string,
  reference: ManifestReference,
  pushed: ManifestContent,
): Promise<PutManifest> {
  const document = readPushed(pushed)
  const digest = digestFor(reference, pushed.bytes)
  const needs = needsOf(document)
  checkNeeds(deps, repository, needs)
  await deps.locks.run(digest, async () => {
    await deps.content.put(pushed.bytes, { expected: digest })
    deps.records.meta.write(() => {
      // What was there a moment ago may have been deleted meanwhile.
      checkNeeds(deps, repository, needs)
      recordManifest(deps, repository, digest, recordOf(deps, document, pushed.bytes.length, needs))
      if (reference.kind === 'tag') moveTag(deps, repository, reference.tag, digest)
    })
    await deps.records.meta.durable()
  })
  return { digest, subject: document.subject?.digest }
}

export async function deleteTag(deps: StoreDeps, repository: string, tag: string): Promise<void> {
  const { records } = deps
  records.meta.write(
    () => {
      const old = records.tags.get(tagKey(repository, tag))
      if (old === undefined) throw unknownManifest(repository, tag)
      records.tags.delete(tagKey(repository, tag))
      restartClock(deps, repository, old.digest)
    },
    { release: true },
  )
  await records.meta.durable()
}

export async function deleteManifest(deps: StoreDeps, repository: string, digest: Digest): Promise<void> {
  const { records } = deps
  records.meta.write(
    () => {
      if (!records.manifests.has(digestKey(repository, digest))) throw unknownManifest(repository, digest)
      const user = userOf(deps, repository, digest)
      if (user !== undefined) throw needed('manifest', digest, repository, user)
      for (const { name, value } of below<TagRecord>(records.tags, `${repository}:`)) {
        if (value.digest === digest) records.tags.delete(tagKey(repository, name))
      }
      dropManifest(deps, repository, digest)
    },
    { release: true },
  )
  await records.meta.durable()
}

/** Within a transaction: the record and what leads to it from its subject. */
export function dropManifest({ records }: StoreDeps, repository: string, digest: Digest): void {
  const record = records.manifests.get(digestKey(repository, digest))
  if (record?.subject !== undefined) records.referrers.delete(referrerKey(repository, record.subject, digest))
  records.manifests.delete(digestKey(repository, digest))
}

/** Within a transaction. */
export function recordManifest(deps: StoreDeps, repository: string, digest: Digest, record: ManifestRecord): void {
  const { records, fresh } = deps
  fresh.add(digest)
  if (!records.repositories.has(repository)) records.repositories.put(repository, { since: deps.now() })
  records.manifests.put(digestKey(repository, digest), record)
  if (record.subject !== undefined) {
    records.referrers.put(referrerKey(repository, record.subject, digest), { since: record.since })
  }
}

/** Within a transaction. */
export function moveTag(deps: StoreDeps, repository: string, tag: string, digest: Digest): void {
  const { records } = deps
  const old = records.tags.get(tagKey(repository, tag))
  records.tags.put(tagKey(repository, tag), { digest, since: deps.now() })
  if (old !== undefined && old.digest !== digest) restartClock(deps, repository, old.digest)
}

export function recordOf(
  deps: StoreDeps,
  document: ImageDocument,
  size: number,
  needs: readonly Need[],
): ManifestRecord {
  const { mediaType, subject } = document
  // Distribution-spec, "Listing Referrers": where there is no artifactType, the type of the config stands for it.
  const ofConfig = document.kind === 'manifest' ? document.config.mediaType : ''
  const artifactType = document.artifactType === '' ? ofConfig : document.artifactType
  return { mediaType, size, artifactType, subject: subject?.digest, needs, since: deps.now() }
}

/** What has lost a tag is kept for a while from now on. */
function restartClock({ records, now }: StoreDeps, repository: string, digest: Digest): void {
  const key = digestKey(repository, digest)
  const record = records.manifests.get(key)
  if (record !== undefined) records.manifests.put(key, { ...record, since: now() })
}

function digestFor(reference: ManifestReference, bytes: Buffer): Digest {
  if (reference.kind === 'tag') return digestOf(bytes)
  const own = digestOf(bytes, algorithmOf(reference.digest))
  if (own !== reference.digest) throw invalidDigest(reference.digest, `the manifest's bytes are ${own}`)
  return own
}
