import type { ClientRequest, Agent as HttpAgent, IncomingMessage, RequestOptions } from 'node:http'
import type { Socket } from 'node:net'
import { addAbortSignal, Readable } from 'node:stream'
import { errorCode } from '#lib/errors'
import { http } from '#lib/node-http'
import type { Host } from '../endpoint/host.ts'
import { connectError } from './connect-error.ts'

const CONNECT_TIMEOUT_MS = 30_000
const KEEP_ALIVE_PROBE_MS = 30_000
/** Idle connections kept for the next request. */
const IDLE_CONNECTIONS_MAX = 6

export type Headers = Readonly<Record<string, string>>

/** PEM texts. Without `ca` the system's authorities are trusted. */
export interface Tls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  /** Encrypt without asking who is there. */
  readonly skipVerify: boolean
}

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: string
  /** With version and query, without the host's base path. */
  readonly path: string
  readonly headers: Headers
  readonly body: string | Uint8Array | Readable | undefined
  readonly signal: AbortSignal | undefined
}

/** An answer whose connection may have become a raw stream. */
export interface Upgraded {
  readonly response: IncomingMessage
  /** Undefined where the engine refused, or answered without changing protocols. */
  readonly socket: Socket | undefined
}

interface PlainOptions extends RequestOptions {
  /** TLS's name for the host. Node works one out for plain HTTP too, with a pattern that takes 7 ms to compile. */
  servername: string | undefined
}

/** HTTP to one engine, over its socket or TCP. Answers of any status are returned; failing to get one is an error. */
export class Transport implements Disposable {
  readonly host: Host
  readonly #tls: Tls | undefined
  readonly #absent: string | undefined
  readonly #agent: HttpAgent

  constructor(host: Host, tls: Tls | undefined, absent?: string) {
    this.host = host
    this.#absent = absent
    this.#tls = host.kind === 'tcp' ? tls : undefined
    const options = { keepAlive: true, maxFreeSockets: IDLE_CONNECTIONS_MAX }
    this.#agent = this.#tls === undefined ? new http.Agent(options) : new (https().Agent)(options)
  }

  /** @throws Unavailable, Forbidden, Cancelled, DeadlineExceeded in the words of Docker's client. */
  async send(wire: WireRequest): Promise<IncomingMessage> {
    return (await this.#exchange(wire, this.#agent)).response
  }

  /** Asks for the connection to become a raw stream after the answer; it is never used for another request. */
  async upgrade(wire: WireRequest): Promise<Upgraded> {
    const headers = { ...wire.headers, Connection: 'Upgrade', Upgrade: 'tcp' }
    const upgraded = await this.#exchange({ ...wire, headers }, false)
    upgraded.response.socket.setKeepAlive(true, KEEP_ALIVE_PROBE_MS)
    return upgraded
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }

  async #exchange(wire: WireRequest, agent: HttpAgent | false): Promise<Upgraded> {
    const request = this.#open(wire, agent)
    const answer = answered(request)
    sendBody(request, wire.body)
    try {
      return abortable(await answer, wire.signal)
    } catch (error) {
      // The engine closed an idle connection at the moment in which it was taken for this request.
      const stale = request.reusedSocket && errorCode(error) === 'ECONNRESET'
      if (stale && (wire.method === 'GET' || wire.method === 'HEAD')) return await this.#exchange(wire, false)
      throw error instanceof BodyFailure ? error.cause : connectError(error, this.host, this.#absent)
    }
  }

  #open(wire: WireRequest, agent: HttpAgent | false): ClientRequest {
    const { host } = this
    const options: PlainOptions = { method: wire.method, headers: wire.headers, agent, servername: '' }
    if (wire.signal !== undefined) options.signal = wire.signal
    if (host.kind === 'unix') return http.request({ ...options, socketPath: host.path, path: wire.path })
    const address = { host: host.hostname, port: host.port, path: host.basePath + wire.path }
    const tls = this.#tls
    const request =
      tls === undefined
        ? http.request({ ...options, ...address })
        : https().request({ ...options, ...address, ...tlsOptions(tls), servername: undefined })
    return request.once('socket', limitConnecting)
  }
}

/** Loaded where TLS is wanted only. */
function https() {
  return process.getBuiltinModule('node:https')
}

function tlsOptions(tls: Tls): { ca?: string; cert?: string; key?: string; rejectUnauthorized: boolean } {
  const { ca, cert, key } = tls
  return {
    rejectUnauthorized: !tls.skipVerify,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  }
}

function limitConnecting(socket: Socket): void {
  if (!socket.connecting) return
  const timedOut = (): void => void socket.destroy(Object.assign(new Error('connect timed out'), { code: 'ETIMEDOUT' }))
  socket.setTimeout(CONNECT_TIMEOUT_MS, timedOut)
  socket.once('connect', () => void socket.setTimeout(0).off('timeout', timedOut))
}

function answered(request: ClientRequest): Promise<Upgraded> {
  return new Promise((resolve, reject) => {
    // Stays for good: an error after the answer shows in the answer's own stream.
    request.on('error', reject)
    request.once('response', response => resolve({ response, socket: undefined }))
    request.once('upgrade', (response, socket: Socket, head) => {
      if (head.length > 0) socket.unshift(head)
      resolve({ response, socket })
    })
  })
}

/** A signal that is raised after the answer began ends its stream, with an error that says so. */
function abortable(answer: Upgraded, signal: AbortSignal | undefined): Upgraded {
  if (signal !== undefined) addAbortSignal(signal, answer.socket ?? answer.response)
  return answer
}

/** The body could not be read; no fault of the connection. */
class BodyFailure extends Error {}

function sendBody(request: ClientRequest, body: WireRequest['body']): void {
  if (!(body instanceof Readable)) {
    request.end(body)
    return
  }
  request.once('response', response => stopAfterRefusal(request, response))
  copyBody(request, body).catch((cause: unknown) => void request.destroy(new BodyFailure('', { cause })))
}

/** Reads no faster than the engine does; ends early, and destroys `body`, where the connection ends early. */
async function copyBody(request: ClientRequest, body: Readable): Promise<void> {
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (request.destroyed) return
    if (!request.write(chunk)) await drained(request)
  }
  request.end()
}

function drained(request: ClientRequest): Promise<void> {
  return new Promise(resolve => {
    const settle = (): void => {
      request.off('drain', settle).off('close', settle)
      resolve()
    }
    request.on('drain', settle).on('close', settle)
  })
}

/** An engine that refuses does not read the rest. */
function stopAfterRefusal(request: ClientRequest, response: IncomingMessage): void {
  if ((response.statusCode ?? 0) < 400) return
  response.once('end', () => void request.destroy())
}
