import type { Socket } from 'node:net'
import { writeJson } from '#api'
import { errorCode } from '#lib/errors'
import { http } from '#lib/node-http'

/** What Node finds in the way of reading a request, as a status and in words. */
const REFUSALS: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'the head of the request is too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the head of the request took too long'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'the extensions of a chunk are too large'],
}

/** The last answer on a connection on which no HTTP can be made out; it ends there. */
export function refuseHead(error: Error, socket: Socket): void {
  if (errorCode(error) === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, message] = REFUSALS[errorCode(error) ?? ''] ?? [400, `malformed HTTP request: ${error.message}`]
  const text = `${writeJson({ message })}\n`
  const head = `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nContent-Type: application/json`
  socket.end(`${head}\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`)
  socket.destroySoon()
}
