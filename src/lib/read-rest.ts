import type { IncomingMessage, ServerResponse } from 'node:http'

/** How much a client may still send, and for how long, after it has its answer. */
export interface RestLimits {
  readonly bytes: number
  readonly millis: number
}

const REST: RestLimits = { bytes: 256 * 1024 * 1024, millis: 10_000 }

/**
 * To be called before the head of an answer is written that may come before the client has sent all of its request: the
 * rest is read and dropped, so much and so long at most. A connection that was closed at once would be a broken pipe to
 * a client in the middle of sending, which would then never read why.
 */
export function readRest(response: ServerResponse, limits: RestLimits = REST): void {
  const { req: request } = response
  if (!isSending(request)) return
  // Otherwise Node ends the connection with the answer.
  const mayStay = response.shouldKeepAlive
  response.shouldKeepAlive = true
  // Before Node looks whether anybody reads: what nobody does it drops without end, and without a word.
  response.once('prefinish', () => {
    if (!isSending(request)) return
    const timer = setTimeout(() => request.destroy(), limits.millis)
    timer.unref()
    request.once('close', () => clearTimeout(timer))
    let left = limits.bytes
    request.on('data', (chunk: Buffer) => {
      left -= chunk.length
      if (left < 0) request.destroy()
    })
    request.on('error', () => {})
    request.read(0)
    request.resume()
  })
  response.once('finish', () => {
    const end = () => {
      if (!mayStay) request.socket.end()
    }
    if (isSending(request)) request.once('end', end)
    else end()
  })
}

function isSending({ complete, destroyed, headers }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  return hasBody && !complete && !destroyed
}
