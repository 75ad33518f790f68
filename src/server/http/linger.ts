import type { ServerResponse } from 'node:http'

/** How long a client may go on sending what nobody wants after it has its answer. */
const LINGER_MS = 10_000

/**
 * To be called before the head of an answer is written that may come before the client has sent all of its request:
 * the rest is read and dropped. A connection that was closed at once would be a broken pipe to a client in the middle
 * of sending, which would then never read why.
 */
export function readRest(response: ServerResponse): void {
  const { req: request } = response
  if (request.complete || request.destroyed) return
  response.shouldKeepAlive = true
  response.once('finish', () => {
    if (request.complete || request.destroyed) return
    const timer = setTimeout(() => request.destroy(), LINGER_MS)
    timer.unref()
    request.once('close', () => clearTimeout(timer))
    request.once('end', () => {
      clearTimeout(timer)
      if (request.headers.connection?.toLowerCase() === 'close') request.socket.end()
    })
    request.resume()
  })
}
