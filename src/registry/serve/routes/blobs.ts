import type { Digest } from '#oci'
import { sendEmpty, sendStream } from '../http/answer.ts'
import { type Call, header } from '../http/call.ts'
import { isKnownAlready, isStillWanted } from '../http/etag.ts'
import { checkDigest } from '../http/path.ts'
import { parseRange, type WantedRange } from '../http/range.ts'
import { Refusal } from '../refusal.ts'
import type { BlobSource } from '../registry.ts'
import { writerOf } from './writer.ts'

/** GET and HEAD /v2/NAME/blobs/DIGEST */
export async function getBlob(call: Call, repository: string, text: string): Promise<void> {
  const blob = await call.registry.reader.blob(repository, checkDigest(text), { signal: call.signal })
  const { response } = call
  const headers = headersOf(blob.digest)
  if (isKnownAlready(call, blob.digest)) return sendEmpty(response, 304, headers)
  const range = wantedRange(call, blob)
  if (range.kind === 'beyond') throw beyondEnd(blob)
  const { offset, length } = range.kind === 'part' ? range : { offset: 0, length: blob.size }
  const part = range.kind === 'part' ? { 'content-range': `bytes ${offset}-${offset + length - 1}/${blob.size}` } : {}
  const status = range.kind === 'part' ? 206 : 200
  if (call.method === 'HEAD') return sendEmpty(response, status, { ...headers, ...part, 'content-length': length })
  response.writeHead(status, { ...headers, ...part, 'content-length': length })
  await sendStream(call, blob.read(offset, length, call.signal))
}

/** DELETE /v2/NAME/blobs/DIGEST */
export async function deleteBlob(call: Call, repository: string, text: string): Promise<void> {
  await writerOf(call).deleteBlob(repository, checkDigest(text))
  sendEmpty(call.response, 202)
}

function headersOf(digest: Digest) {
  return {
    'content-type': 'application/octet-stream',
    'docker-content-digest': digest,
    etag: `"${digest}"`,
    'accept-ranges': 'bytes',
    // Content under a digest never changes.
    'cache-control': 'max-age=31536000',
  }
}

function wantedRange(call: Call, { digest, size }: BlobSource): WantedRange {
  return isStillWanted(call, digest) ? parseRange(header(call, 'range'), size) : { kind: 'whole' }
}

function beyondEnd({ digest, size }: BlobSource): Refusal {
  return new Refusal(416, 'RANGE_INVALID', `the range begins beyond the end of ${digest}, which has ${size} bytes`, {
    detail: { size },
    headers: { 'content-range': `bytes */${size}` },
  })
}
