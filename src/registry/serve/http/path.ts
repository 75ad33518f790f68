import { isRepositoryPath, isTag, parseDigest } from '#oci'
import { invalidDigest, invalidName, Refusal } from '../refusal.ts'
import type { ManifestReference } from '../registry.ts'

/** What a path names (OCI distribution-spec 1.1, "Endpoints"). */
export type Target =
  | { readonly kind: 'base' }
  | { readonly kind: 'catalog' }
  | { readonly kind: 'tags'; readonly repository: string }
  | { readonly kind: 'manifest'; readonly repository: string; readonly reference: string }
  | { readonly kind: 'blob'; readonly repository: string; readonly digest: string }
  | { readonly kind: 'uploads'; readonly repository: string }
  | { readonly kind: 'upload'; readonly repository: string; readonly id: string }
  | { readonly kind: 'referrers'; readonly repository: string; readonly digest: string }

/** Longest path that is looked at: a name, a digest and the words between them are far shorter. */
const PATH_MAX = 1024

const NAME_MAX = 255

/**
 * The target of a path as it stands in the request line: nothing is resolved (`..` is no component of a name), and an
 * escape is undone only within a component. Undefined where it is no path of this protocol.
 * @throws Refusal NAME_INVALID
 */
export function parsePath(path: string): Target | undefined {
  if (path === '/v2' || path === '/v2/') return { kind: 'base' }
  if (!path.startsWith('/v2/') || path.length > PATH_MAX) return undefined
  const parts = components(path.slice('/v2/'.length))
  if (parts === undefined) return undefined
  if (parts.length === 1 && parts[0] === '_catalog') return { kind: 'catalog' }
  return parseEnd(parts)
}

/** What is meant is decided by the end: a repository may be called `blobs/uploads`. */
function parseEnd(parts: readonly string[]): Target | undefined {
  const [third, second, last] = [parts.at(-3), parts.at(-2), parts.at(-1)]
  if (last === undefined || second === undefined) return undefined
  const repository = (after: number) => checkName(parts.slice(0, -after).join('/'))
  if (third === 'blobs' && second === 'uploads') {
    return last === ''
      ? { kind: 'uploads', repository: repository(3) }
      : { kind: 'upload', repository: repository(3), id: last }
  }
  if (second === 'tags' && last === 'list') return { kind: 'tags', repository: repository(2) }
  if (second === 'blobs' && last === 'uploads') return { kind: 'uploads', repository: repository(2) }
  if (second === 'manifests') return { kind: 'manifest', repository: repository(2), reference: last }
  if (second === 'blobs') return { kind: 'blob', repository: repository(2), digest: last }
  if (second === 'referrers') return { kind: 'referrers', repository: repository(2), digest: last }
  return undefined
}

function components(path: string): string[] | undefined {
  try {
    return path.split('/').map(decodeURIComponent)
  } catch {
    return undefined
  }
}

export function checkName(name: string): string {
  if (name.length > NAME_MAX || !isRepositoryPath(name)) throw invalidName(name)
  return name
}

/** @throws Refusal DIGEST_INVALID */
export function checkDigest(text: string) {
  try {
    return parseDigest(text)
  } catch (error) {
    throw invalidDigest(text, error instanceof Error ? error.message : 'not understood')
  }
}

/** A tag or, where there is a colon, a digest. @throws Refusal TAG_INVALID, DIGEST_INVALID */
export function checkReference(text: string): ManifestReference {
  if (text.includes(':')) return { kind: 'digest', digest: checkDigest(text) }
  if (isTag(text)) return { kind: 'tag', tag: text }
  throw new Refusal(400, 'TAG_INVALID', 'manifest tag did not match what is allowed', {
    fix: 'a tag has 1 to 128 letters, digits, underscores, dots and dashes, and begins with none of the last two',
  })
}
