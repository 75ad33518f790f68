import { Failure } from '../failure.ts'
import { type ImageName, parseImageName } from '../image/reference.ts'
import { type ManifestEntry, platformJson } from './entry.ts'
import { escapeHtml, indentJson } from './json-text.ts'
import type { ManifestDescriptor } from './remote.ts'

const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json'
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json'

export interface ListDocument {
  readonly mediaType: string
  readonly text: string
}

/** The list of `members`, byte by byte as Docker writes it, so that both push the same digest. Its first member says of which kind it is. */
export function listDocument(members: readonly ManifestDescriptor[]): ListDocument {
  const mediaType = members[0]?.mediaType === OCI_MANIFEST ? OCI_INDEX : DOCKER_LIST
  const manifests = members.map(({ mediaType: type, size, digest, platform }) => ({
    mediaType: type,
    size,
    digest,
    platform: platform === undefined ? { architecture: '', os: '' } : platformJson(platform),
  }))
  const json = escapeHtml(JSON.stringify({ schemaVersion: 2, mediaType, manifests }))
  return { mediaType, text: indentJson(json, '   ') }
}

/** @throws Failure in Docker's words where a member is of another registry than the list */
export function checkSameRegistry(list: ImageName, entries: readonly ManifestEntry[]): void {
  for (const { ref } of entries) {
    const { domain } = parseImageName(ref)
    if (domain === list.domain) continue
    throw new Failure(
      `cannot use source images from a different registry than the target image: ${domain} != ${list.domain}`,
    )
  }
}
