import { setImmediate } from 'node:timers/promises'
import { throwIfAborted } from '#lib/abort'
import type { Digest } from '#oci'
import type { StoreDeps } from './deps.ts'
import { expireUploads } from './expire.ts'
import { dropManifest } from './manifests.ts'
import { below, digestKey } from './records.ts'
import { planRepository, type RepositoryPlan, type Retention } from './retention.ts'
import type { Uploads } from './uploads.ts'

export interface CollectOptions {
  readonly retention: Retention
  /** Only say what would go. */
  readonly dryRun: boolean
  readonly signal?: AbortSignal
}

export interface Collected {
  /** `repository@digest` */
  readonly manifests: readonly string[]
  readonly blobs: readonly Digest[]
  /** Ids. */
  readonly uploads: readonly string[]
  /** Bytes of blobs and uploads. */
  readonly bytes: number
}

/**
 * Removes what nobody needs while pushes and pulls go on. Records go first, a repository at a time and each in one
 * transaction that decides and acts on the same state; then the bytes of which no record is left. What is pushed
 * meanwhile is remembered (`FreshDigests`), and the lock of its digest keeps bytes from going while they are linked.
 */
export async function collect(deps: StoreDeps, uploads: Uploads, options: CollectOptions): Promise<Collected> {
  using _fresh = deps.fresh.begin()
  const needed = new Set<string>()
  const manifests: string[] = []
  for (const { name } of below(deps.records.repositories, '')) {
    throwIfAborted(options.signal, 'collect')
    const plan = options.dryRun ? planRepository(deps, name, options.retention) : sweep(deps, name, options.retention)
    for (const digest of plan.keep) needed.add(digest)
    for (const digest of plan.dropManifests) manifests.push(digestKey(name, digest))
    // Requests come in between two repositories.
    await setImmediate()
  }
  await deps.records.meta.durable()
  const blobs = await collectBlobs(deps, needed, options)
  const expired = await expireUploads(deps, uploads, options.retention.uploads, options.dryRun)
  return { manifests, blobs: blobs.digests, uploads: expired.ids, bytes: blobs.bytes + expired.bytes }
}

function sweep(deps: StoreDeps, repository: string, retention: Retention): RepositoryPlan {
  const { records } = deps
  return records.meta.write(
    () => {
      const plan = planRepository(deps, repository, retention)
      for (const digest of plan.dropManifests) dropManifest(deps, repository, digest)
      for (const digest of plan.dropLinks) records.links.delete(digestKey(repository, digest))
      if (isEmpty(deps, repository)) records.repositories.delete(repository)
      return plan
    },
    { release: true },
  )
}

function isEmpty({ records }: StoreDeps, repository: string): boolean {
  const none = (found: readonly unknown[]) => found.length === 0
  return (
    none(records.links.scan({ prefix: `${repository}@`, limit: 1 })) &&
    none(records.manifests.scan({ prefix: `${repository}@`, limit: 1 })) &&
    none(records.tags.scan({ prefix: `${repository}:`, limit: 1 }))
  )
}

async function collectBlobs(
  { content, locks, fresh }: StoreDeps,
  needed: ReadonlySet<string>,
  { dryRun, signal }: CollectOptions,
): Promise<{ digests: Digest[]; bytes: number }> {
  const digests: Digest[] = []
  let bytes = 0
  for await (const { digest, size } of content.list()) {
    throwIfAborted(signal, 'collect')
    const gone = await locks.run(digest, async () => {
      if (needed.has(digest) || fresh.has(digest)) return false
      return dryRun || (await content.delete(digest))
    })
    if (!gone) continue
    digests.push(digest)
    bytes += size
  }
  return { digests, bytes }
}
