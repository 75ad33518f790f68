import { OCI_INDEX } from '#oci'
import { sendJson } from '../http/answer.ts'
import type { Call } from '../http/call.ts'
import { checkDigest } from '../http/path.ts'
import type { Referrer } from '../registry.ts'

/** GET /v2/NAME/referrers/DIGEST: an index, empty where nobody refers to it. */
export async function getReferrers(call: Call, repository: string, text: string): Promise<void> {
  const subject = checkDigest(text)
  const all = await call.registry.reader.referrers(repository, subject, { signal: call.signal })
  const type = call.query.get('artifactType')
  const manifests = (type === null ? all : all.filter(({ artifactType }) => artifactType === type)).map(toDescriptor)
  const filtered = type === null ? {} : { 'oci-filters-applied': 'artifactType' }
  sendJson(call.response, 200, { schemaVersion: 2, mediaType: OCI_INDEX, manifests }, filtered, OCI_INDEX)
}

function toDescriptor({ mediaType, digest, size, artifactType, annotations }: Referrer) {
  return {
    mediaType,
    digest,
    size,
    ...(artifactType !== '' && { artifactType }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  }
}
