import { algorithmOf, type Digest, digestOf, hexOf, type ImageDocument, parseImageDocument, parseIndex } from '#oci'
import type { Referrer } from '../registry.ts'
import type { StoreDeps } from './deps.ts'
import { findManifest } from './manifests.ts'
import { below, digestKey } from './records.ts'

/** Entries of one answer: what is beyond is not listed, and logged. */
const REFERRERS_MAX = 10_000

/**
 * The manifests whose subject is `subject`, in order of their digests. Clients that knew no referrers API kept an index
 * under a tag made from the subject (distribution-spec, "Referrers Tag Schema"): what it lists counts too, where it is
 * here.
 */
export async function listReferrers(
  deps: StoreDeps,
  repository: string,
  subject: Digest,
): Promise<readonly Referrer[]> {
  const digests = new Set<Digest>()
  for (const { name } of below(deps.records.referrers, `${repository}@${subject}@`)) {
    if (digests.size >= REFERRERS_MAX) {
      deps.log.warn('more referrers than are listed', { repository, subject, limit: REFERRERS_MAX })
      break
    }
    digests.add(name as Digest)
  }
  for (const digest of await fallback(deps, repository, subject)) digests.add(digest)
  const found: Referrer[] = []
  for (const digest of digests) {
    const referrer = await describe(deps, repository, digest)
    if (referrer !== undefined) found.push(referrer)
  }
  return found
}

/** `sha256-<hex>`, cut as the schema says. */
export function fallbackTag(subject: Digest): string {
  return `${algorithmOf(subject).slice(0, 32)}-${hexOf(subject).slice(0, 64)}`
}

async function fallback(deps: StoreDeps, repository: string, subject: Digest): Promise<readonly Digest[]> {
  const bytes = await readDocument(deps, repository, { kind: 'tag', tag: fallbackTag(subject) })
  if (bytes === undefined) return []
  try {
    return parseIndex(bytes).manifests.map(({ digest }) => digest)
  } catch {
    // Somebody else's tag, which happens to be called like that.
    return []
  }
}

async function describe(deps: StoreDeps, repository: string, digest: Digest): Promise<Referrer | undefined> {
  const record = deps.records.manifests.get(digestKey(repository, digest))
  const bytes = await readDocument(deps, repository, { kind: 'digest', digest })
  if (record === undefined || bytes === undefined || digestOf(bytes, algorithmOf(digest)) !== digest) return undefined
  const { mediaType, size, artifactType } = record
  const document: ImageDocument = parseImageDocument(bytes, { mediaType })
  return { mediaType, digest, size, artifactType, annotations: document.annotations }
}

async function readDocument(
  deps: StoreDeps,
  repository: string,
  reference: Parameters<typeof findManifest>[2],
): Promise<Buffer | undefined> {
  try {
    return await findManifest(deps, repository, reference).read()
  } catch {
    // Not there, or deleted meanwhile.
    return undefined
  }
}
