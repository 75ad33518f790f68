import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
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

/** Sends single requests: no redirects, no credentials, no second try. */
export class HttpClient implements AsyncDisposable {
  readonly #timing: Timing
  readonly #userAgent: string
  /** Connections are shared only between requests with the same idea of TLS. */
  readonly #agents = new Map<string, Promise<Dispatcher>>()

  constructor(timing: Timing, userAgent: string) {
    this.#timing = timing
    this.#userAgent = userAgent
  }

  /** @throws RegistryUnavailable, Cancelled */
  async send(request: HttpRequest): Promise<HttpResponse> {
    const { method, url, body, signal } = request
    try {
      const response = await (await this.#agent(request.tls)).request({
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
    await Promise.all([...this.#agents.values()].map(async agent => await (await agent).destroy()))
    this.#agents.clear()
  }

  /** The library is loaded by the first request: most daemons run for days without one. */
  async #agent(tls: TlsProfile): Promise<Dispatcher> {
    const key = JSON.stringify(tls)
    const known = this.#agents.get(key)
    if (known !== undefined) return await known
    const made = import('./agent.ts').then(({ createAgent }) => createAgent(tls, this.#timing))
    this.#agents.set(key, made)
    return await made
  }
}

function joined(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value
}
