import type { IncomingMessage } from 'node:http'
import { Cancelled } from '#lib/errors'
import { Refusal } from '../refusal.ts'

/** The chunks of a request's body. @throws Cancelled where the client goes in the middle */
export async function* bodyChunks(request: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    // Left as it is where nobody reads on: what is to come is in the way of the answer.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) yield chunk as Buffer
  } catch (error) {
    throw new Cancelled('the client went away while it was sending', { cause: error })
  }
  if (!request.complete) throw new Cancelled('the client went away while it was sending')
}

/** A whole small body. `tooLarge` is thrown as soon as there is more than `limit`. */
export async function readBody(request: IncomingMessage, limit: number, tooLarge: () => Refusal): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of bodyChunks(request)) {
    size += chunk.length
    if (size > limit) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const CONTENT_RANGE = /^(?:bytes )?(\d{1,15})-(\d{1,15})(?:\/(?:\d{1,15}|\*))?$/

/**
 * Where the chunk begins that a request carries (distribution-spec, "Pushing a blob in chunks": `<start>-<end>`, both
 * inclusive, the length in Content-Length); undefined where the request does not say.
 * @throws Refusal RANGE_INVALID, SIZE_INVALID
 */
export function chunkStart(request: IncomingMessage): number | undefined {
  const header = request.headers['content-range']
  if (header === undefined) return undefined
  const match = CONTENT_RANGE.exec(header)
  if (match === null) {
    throw new Refusal(416, 'RANGE_INVALID', 'invalid content range', { fix: 'Content-Range: FIRST-LAST' })
  }
  const [start, end] = [Number(match[1]), Number(match[2])]
  const length = request.headers['content-length']
  if (length === undefined || Number(length) !== end - start + 1) {
    throw new Refusal(400, 'SIZE_INVALID', 'provided length did not match content range', {
      fix: 'send Content-Length with exactly the bytes of Content-Range',
    })
  }
  return start
}
