import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Call } from './call.ts'

export type Headers = Readonly<Record<string, string | number>>

/** An answer without a body. */
export function sendEmpty(response: ServerResponse, status: number, headers: Headers = {}): void {
  response.writeHead(status, status === 204 || status === 304 ? headers : { 'content-length': 0, ...headers })
  response.end()
}

/** A JSON document; `type` where it is not plain JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Headers = {},
  type = 'application/json',
): void {
  sendBytes(response, status, Buffer.from(JSON.stringify(value)), { 'content-type': type, ...headers })
}

/** Node leaves the body out where the request was HEAD. */
export function sendBytes(response: ServerResponse, status: number, bytes: Buffer, headers: Headers): void {
  response.writeHead(status, { 'content-length': bytes.length, ...headers })
  response.end(bytes)
}

/** What comes from `body`, as fast as the client takes it; a failure breaks the connection, so that none takes it for the end. */
export async function sendStream(call: Call, body: AsyncIterable<Buffer>): Promise<void> {
  await pipeline(Readable.from(body, { objectMode: false, highWaterMark: 1 }), call.response, { signal: call.signal })
}
