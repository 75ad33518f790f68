import { InvalidArgument } from '#lib/errors'
import { familiarName, formatReference, nameOnly, type Reference, withDefaultTag, withDigest } from '#oci'

/**
 * The key of a name: `docker.io/library/busybox:1`, or `docker.io/library/busybox@sha256:...` where there is a digest,
 * which says more than a tag beside it.
 */
export function nameKey(reference: Reference): string {
  return formatReference(digestAlone(withDefaultTag(reference)))
}

/** The reference without its tag where it has a digest. */
export function digestAlone(reference: Reference): Reference {
  return reference.digest === undefined ? reference : withDigest(nameOnly(reference), reference.digest)
}

export function isDigestName(key: string): boolean {
  return key.includes('@')
}

/**
 * The key of a name that a person gives to an image.
 * @throws InvalidArgument in Docker's words for what cannot be one.
 */
export function tagKey(reference: Reference): string {
  if (reference.digest !== undefined) {
    throw new InvalidArgument('refusing to create a tag with a digest reference')
  }
  if (familiarName(reference) === 'sha256') {
    throw new InvalidArgument('refusing to create an ambiguous tag using digest algorithm as name')
  }
  return nameKey(reference)
}
