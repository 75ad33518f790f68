import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** A connection taken over from HTTP. What the client sent after its request is read first. */
export interface Hijacked {
  readonly socket: Duplex
}

/** What Node gives with a request that asks for an upgrade. */
interface Upgrade {
  /** The connection, or what stands for it while a body is still coming: only what comes behind the body is read there. */
  readonly stream: Duplex
  /** What came behind the request in one piece with it. */
  readonly head: Buffer
}

const UPGRADES = new WeakMap<IncomingMessage, Upgrade>()

export function rememberUpgrade(request: IncomingMessage, upgrade: Upgrade): void {
  UPGRADES.set(request, upgrade)
}

/**
 * Answers 101 to a client that asked for an upgrade and 200 to one that did not (before API 1.20 nobody did, and both
 * are still in use), and gives the connection to the caller. From here on nothing on it is HTTP.
 */
export function hijack(request: IncomingMessage, response: ServerResponse, contentType: string): Hijacked {
  const { socket } = request
  const upgrade = UPGRADES.get(request)
  if (upgrade !== undefined) response.detachSocket(socket)
  else takeFromParser(response, socket)
  // What was set on the response for every answer (server, version) belongs to this one too.
  const common = Object.entries(response.getHeaders()).map(([name, value]) => `${name}: ${String(value)}\r\n`)
  socket.setTimeout(0)
  socket.setNoDelay(true)
  socket.write(
    upgrade !== undefined
      ? `HTTP/1.1 101 UPGRADED\r\n${common.join('')}Content-Type: ${contentType}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`
      : `HTTP/1.1 200 OK\r\n${common.join('')}Content-Type: ${contentType}\r\n\r\n`,
  )
  if (upgrade === undefined) return { socket }
  if (upgrade.head.length > 0) upgrade.stream.unshift(upgrade.head)
  return { socket: upgrade.stream }
}

/**
 * Node feeds a connection to its HTTP parser directly. A `data` listener makes it hand the bytes to JavaScript
 * instead; then the parser's own listeners are taken off.
 */
function takeFromParser(response: ServerResponse, socket: Socket): void {
  const mine = () => {}
  socket.on('data', mine)
  for (const event of ['data', 'end', 'drain', 'close', 'timeout', 'error'] as const) {
    for (const listener of socket.listeners(event)) {
      if (listener !== mine) socket.off(event, listener as (...args: unknown[]) => void)
    }
  }
  socket.off('data', mine)
  socket.pause()
  socket.on('error', () => {})
  response.detachSocket(socket)
}
