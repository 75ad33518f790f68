import { DOCUMENT_BYTES_MAX, mediaTypeOfHeader } from '#oci'
import { accepts } from '../http/accept.ts'
import { sendBytes, sendEmpty } from '../http/answer.ts'
import { readBody } from '../http/body.ts'
import { type Call, header } from '../http/call.ts'
import { isKnownAlready } from '../http/etag.ts'
import { checkReference } from '../http/path.ts'
import { Refusal } from '../refusal.ts'
import { type ManifestReference, type ManifestSource, referenceText } from '../registry.ts'
import { tooLarge } from '../store/validate.ts'
import { writerOf } from './writer.ts'

/** GET and HEAD /v2/NAME/manifests/REFERENCE */
export async function getManifest(call: Call, repository: string, text: string): Promise<void> {
  const reference = checkReference(text)
  const manifest = await call.registry.reader.manifest(repository, reference, { signal: call.signal })
  checkAccepted(call, reference, manifest)
  const { digest, mediaType, size } = manifest
  const headers = { 'docker-content-digest': digest, etag: `"${digest}"`, vary: 'Accept' }
  if (isKnownAlready(call, digest)) return sendEmpty(call.response, 304, headers)
  const typed = { ...headers, 'content-type': mediaType }
  if (call.method === 'HEAD') sendEmpty(call.response, 200, { ...typed, 'content-length': size })
  else sendBytes(call.response, 200, await manifest.read(), typed)
}

/** PUT /v2/NAME/manifests/REFERENCE */
export async function putManifest(call: Call, repository: string, text: string): Promise<void> {
  const reference = checkReference(text)
  const writer = writerOf(call)
  const bytes = await readBody(call.request, DOCUMENT_BYTES_MAX, tooLarge)
  const mediaType = mediaTypeOfHeader(header(call, 'content-type'))
  const { digest, subject } = await writer.putManifest(repository, reference, { bytes, mediaType })
  sendEmpty(call.response, 201, {
    location: `/v2/${repository}/manifests/${digest}`,
    'docker-content-digest': digest,
    // Tells the client that it need not keep a list under the fallback tag.
    ...(subject !== undefined && { 'oci-subject': subject }),
  })
}

/** DELETE /v2/NAME/manifests/REFERENCE: a tag alone, or a manifest with its tags. */
export async function deleteManifest(call: Call, repository: string, text: string): Promise<void> {
  const reference = checkReference(text)
  const writer = writerOf(call)
  if (reference.kind === 'tag') await writer.deleteTag(repository, reference.tag)
  else await writer.deleteManifest(repository, reference.digest)
  sendEmpty(call.response, 202)
}

/** A client that cannot read what is here is told so, instead of getting what it cannot read. */
function checkAccepted(call: Call, reference: ManifestReference, { mediaType }: ManifestSource): void {
  if (accepts(header(call, 'accept'), mediaType)) return
  const text = referenceText(reference)
  throw new Refusal(404, 'MANIFEST_UNKNOWN', `manifest ${text} is there as ${mediaType}, which Accept does not name`, {
    fix: `send Accept: ${mediaType}`,
    detail: { mediaType },
  })
}
