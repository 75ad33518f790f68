import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Readable } from 'node:stream'
import { rootCertificates } from 'node:tls'
import { Agent, type Dispatcher } from 'undici'
import type { TlsProfile } from './endpoint.ts'
import { transportError } from './http-error.ts'
import type { Timing } from './timing.ts'

export type Method = 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT'

/** What a request carries. It may be asked for more than once: after a refusal or a redirect it is sent again. */
export interface RequestBody {
  /** Bytes. */
  readonly size: number
  chunks(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

export function textBody(text: string): RequestBody {
  return bytesBody(Buffer.from(text))
}

export function bytesBody(bytes: Uint8Array): RequestBody {
  return { size: bytes.length, chunks: () => [bytes] }
}

export interface HttpRequest {
  readonly method: Method
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: RequestBody
  readonly tls: TlsProfile
  readonly signal: AbortSignal | undefined
}

export interface HttpResponse {
  readonly status: number
  /** Where the answer came from. */
  readonly url: URL
  /** The header `name` (lower case); several of one name joined by commas. */
  header(name: string): string | undefined
  readonly body: Dispatcher.ResponseData['body']
}

/** Connections to one host at once. */
const CONNECTIONS_MAX = 16

/** Sends single requests: no redirects, no credentials, no second try. */
export class HttpClient implements AsyncDisposable {
  readonly #timing: Timing
  readonly #userAgent: string
  /** Connections are shared only between requests with the same idea of TLS. */
  readonly #agents = new Map<string, Agent>()

  constructor(timing: Timing, userAgent: string) {
    this.#timing = timing
    this.#userAgent = userAgent
  }

  /** @throws RegistryUnavailable, Cancelled */
  async send(request: HttpRequest): Promise<HttpResponse> {
    const { method, url, body, signal } = request
    try {
      const response = await this.#agent(request.tls).request({
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers: {
          'user-agent': this.#userAgent,
          ...(body !== undefined && { 'content-length': String(body.size) }),
          ...request.headers,
        },
        headersTimeout: this.#timing.headers,
        // Bodies are watched by whoever reads them: undici's timer would also run while the disk is slow.
        bodyTimeout: 0,
        // Also a connection that HEAD was sent on is used again: a pull would pay for a second TLS handshake.
        reset: false,
        ...(body !== undefined && body.size > 0 && { body: Readable.from(body.chunks(), { objectMode: false }) }),
        ...(signal && { signal }),
      })
      return {
        status: response.statusCode,
        url,
        header: name => joined(response.headers[name]),
        body: response.body,
      }
    } catch (error) {
      throw transportError(error, method, url, signal)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#agents.values()].map(agent => agent.destroy()))
    this.#agents.clear()
  }

  #agent(tls: TlsProfile): Agent {
    const key = JSON.stringify(tls)
    const known = this.#agents.get(key)
    if (known !== undefined) return known
    const agent = new Agent({
      connections: CONNECTIONS_MAX,
      connect: {
        timeout: this.#timing.connect,
        rejectUnauthorized: !tls.skipVerify,
        lookup,
        ...(tls.ca.length > 0 && { ca: [...rootCertificates, ...tls.ca] }),
        ...(tls.client && { cert: tls.client.cert, key: tls.client.key }),
      },
    })
    this.#agents.set(key, agent)
    return agent
  }
}

/** `localhost` is this machine, whatever the resolver says: plain HTTP is spoken to it (S74). */
const lookup: LookupFunction = (hostname, options, callback) => {
  if (hostname !== 'localhost') systemLookup(hostname, options, callback)
  else if (options.all) {
    callback(null, [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ])
  } else callback(null, '127.0.0.1', 4)
}

function joined(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value
}
