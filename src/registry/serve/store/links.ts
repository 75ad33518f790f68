import { NotFound } from '#lib/errors'
import type { Digest } from '#oci'
import { Refusal, unknownBlob } from '../refusal.ts'
import type { BlobSource } from '../registry.ts'
import type { StoreDeps } from './deps.ts'
import { below, digestKey, type ManifestRecord } from './records.ts'

/** Blobs of which it is remembered that somebody asked for them. */
const TOUCHED_MAX = 100_000

export async function findBlob(deps: StoreDeps, repository: string, digest: Digest): Promise<BlobSource> {
  const key = digestKey(repository, digest)
  if (!deps.records.links.has(key)) throw unknownBlob(repository, digest)
  touch(deps, key)
  const { size } = await deps.content.info(digest).catch((error: unknown) => {
    throw error instanceof NotFound ? unknownBlob(repository, digest) : error
  })
  return {
    digest,
    size,
    read: (offset, length, signal) => deps.content.read(digest, { offset, length, signal }),
  }
}

/** Says, within a transaction, that `repository` has the blob. The caller holds the lock of the digest. */
export function link(deps: StoreDeps, repository: string, digest: Digest, size: number): void {
  const { records, fresh, now } = deps
  fresh.add(digest)
  if (!records.repositories.has(repository)) records.repositories.put(repository, { since: now() })
  records.links.put(digestKey(repository, digest), { size, since: now() })
}

/** False where there is nothing to mount: then the client uploads. */
export async function mountBlob(
  deps: StoreDeps,
  repository: string,
  digest: Digest,
  from: string | undefined,
): Promise<boolean> {
  return await deps.locks.run(digest, async () => {
    const { records, content } = deps
    const known = from === undefined ? isLinkedAnywhere(deps, digest) : records.links.has(digestKey(from, digest))
    if (!known || !(await content.has(digest))) return false
    const { size } = await content.info(digest)
    records.meta.write(() => link(deps, repository, digest, size))
    await records.meta.durable()
    return true
  })
}

/** Deletes the link; the bytes go with the next collection, unless another repository has them. */
export async function deleteBlob(deps: StoreDeps, repository: string, digest: Digest): Promise<void> {
  const { records } = deps
  records.meta.write(
    () => {
      if (!records.links.has(digestKey(repository, digest))) throw unknownBlob(repository, digest)
      const user = userOf(deps, repository, digest)
      if (user !== undefined) throw needed('blob', digest, repository, user)
      records.links.delete(digestKey(repository, digest))
    },
    { release: true },
  )
  await records.meta.durable()
}

/** The first manifest of the repository that refers to `digest`. */
export function userOf(deps: StoreDeps, repository: string, digest: Digest): string | undefined {
  for (const { name, value } of below<ManifestRecord>(deps.records.manifests, `${repository}@`)) {
    if (value.needs.some(need => need.digest === digest)) return name
  }
  return undefined
}

export function needed(what: string, digest: Digest, repository: string, user: string): Refusal {
  return new Refusal(405, 'DENIED', `${what} ${digest} of ${repository} is needed by the manifest ${user}`, {
    fix: 'delete that manifest first',
  })
}

function isLinkedAnywhere({ records }: StoreDeps, digest: Digest): boolean {
  for (const { name } of below(records.repositories, '')) {
    if (records.links.has(digestKey(name, digest))) return true
  }
  return false
}

function touch({ touched, now }: StoreDeps, key: string): void {
  // Last touched is last in the map's order: the oldest goes first.
  touched.delete(key)
  touched.set(key, now())
  const [oldest] = touched.keys()
  if (touched.size > TOUCHED_MAX && oldest !== undefined) touched.delete(oldest)
}
