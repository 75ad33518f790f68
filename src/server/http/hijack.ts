import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { InvalidArgument } from '#lib/errors'

/** A connection taken over from HTTP. What the client sent after its request is read first. */
export interface Hijacked {
  readonly socket: Socket
}

/** What came behind the head of a request that asked for an upgrade. */
const HEADS = new WeakMap<IncomingMessage, Buffer>()

export function rememberHead(request: IncomingMessage, head: Buffer): void {
  HEADS.set(request, head)
}

/**
 * The body of a request that asked for an upgrade, of `maxBytes` at most; undefined for other requests. Node gives what
 * came in one piece with the head to the request; what came later is the connection's. @throws InvalidArgument
 */
export function upgradeBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> | undefined {
  const head = HEADS.get(request)
  return head === undefined ? undefined : readUpgradeBody(request, head, maxBytes)
}

async function readUpgradeBody(request: IncomingMessage, head: Buffer, maxBytes: number): Promise<Buffer> {
  const { headers, socket } = request
  if (headers['transfer-encoding'] !== undefined)
    throw new InvalidArgument('a chunked body is refused in a request for an upgrade', { fix: 'send Content-Length' })
  const length = Number(headers['content-length'] ?? 0)
  if (length > maxBytes) throw new InvalidArgument(`request body is larger than ${maxBytes} bytes`)
  let body = Buffer.concat([...(await request.toArray()), head] as Buffer[])
  while (body.length < length) body = Buffer.concat([body, await nextChunk(socket)])
  HEADS.set(request, body.subarray(length))
  return body.subarray(0, length)
}

/** @throws InvalidArgument where nothing more comes */
function nextChunk(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      socket.off('readable', onReadable)
      socket.off('end', onEnd)
      socket.off('close', onEnd)
      act()
    }
    const onReadable = () => {
      const chunk = socket.read() as Buffer | null
      if (chunk !== null) settle(() => resolve(chunk))
    }
    const onEnd = () => settle(() => reject(new InvalidArgument('the request body ends early')))
    socket.on('readable', onReadable)
    socket.once('end', onEnd)
    socket.once('close', onEnd)
  })
}

/**
 * Answers 101 to a client that asked for an upgrade and 200 to one that did not (before API 1.20 nobody did, and both
 * are still in use), and gives the connection to the caller. From here on nothing on it is HTTP.
 */
export function hijack(request: IncomingMessage, response: ServerResponse, contentType: string): Hijacked {
  const { socket } = request
  const head = HEADS.get(request)
  const isUpgrade = head !== undefined
  if (isUpgrade) response.detachSocket(socket)
  else takeFromParser(response, socket)
  // What was set on the response for every answer (server, version) belongs to this one too.
  const common = Object.entries(response.getHeaders()).map(([name, value]) => `${name}: ${String(value)}\r\n`)
  socket.setTimeout(0)
  socket.setNoDelay(true)
  socket.write(
    isUpgrade
      ? `HTTP/1.1 101 UPGRADED\r\n${common.join('')}Content-Type: ${contentType}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`
      : `HTTP/1.1 200 OK\r\n${common.join('')}Content-Type: ${contentType}\r\n\r\n`,
  )
  if (isUpgrade && head.length > 0) socket.unshift(head)
  return { socket }
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
