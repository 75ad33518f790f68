import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'

export interface HttpRequest {
  readonly socket: string
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string | number>>
  readonly body?: Buffer
}

/** An answer that has begun. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Resolves with the whole body. */
  readonly body: Promise<Buffer>
  /** Hears of each piece of the body until the answer is dropped. */
  watch(listener: (chunk: Buffer) => void): void
  drop(): void
}

/** Resolves when the head of the answer is there. */
export function openHttp({ socket, method, path, headers = {}, body }: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': body.length }
    const call = request({ socketPath: socket, method, path, headers: { ...headers, ...length }, agent: false })
    call.once('error', error => reject(new Error(`${method} ${path}: ${error.message}`)))
    call.once('response', response => resolve(answerOf(response)))
    call.end(body)
  })
}

function answerOf(response: IncomingMessage): HttpAnswer {
  const chunks: Buffer[] = []
  const listeners: ((chunk: Buffer) => void)[] = []
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    for (const listener of listeners) listener(chunk)
  })
  const body = new Promise<Buffer>(resolve => {
    response.on('error', () => {}) // A body that breaks off is shown as far as it came.
    response.once('close', () => resolve(Buffer.concat(chunks)))
  })
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body,
    watch: listener => {
      for (const chunk of chunks) listener(chunk)
      listeners.push(listener)
    },
    drop: () => void response.destroy(),
  }
}

/** A connection that was taken over. */
export interface Hijack {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly socket: Socket
  /** What came behind the head. */
  readonly head: Buffer
}

/** Asks for an upgrade; resolves with 101, or with the refusal read to its end. */
export function upgradeHttp({ socket, method, path }: HttpRequest): Promise<Hijack | HttpAnswer> {
  return new Promise((resolve, reject) => {
    const headers = { Connection: 'Upgrade', Upgrade: 'tcp' }
    const call = request({ socketPath: socket, method, path, headers, agent: false })
    call.once('error', error => reject(new Error(`${method} ${path}: ${error.message}`)))
    call.once('response', response => resolve(answerOf(response)))
    call.once('upgrade', (response, connection, head) => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers, socket: connection as Socket, head })
    })
    call.end()
  })
}
