import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { type ApiVersion, parseJson, type Read, readBody, readQuery, type Schema, writeJson } from '#api'
import { errorText, InvalidArgument } from '#lib/errors'
import type { Logger } from '#lib/log'
import { type Hijacked, hijack } from './hijack.ts'
import { ResponseStream } from './response-stream.ts'

const JSON_BODY_MAX_BYTES = 16 * 1024 * 1024

/** One request of a client, read and answered in the terms of the Engine API. */
export class ApiCall {
  readonly version: ApiVersion
  /** Parts of the path, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  /** Fires when the client has gone before it was answered. */
  readonly signal: AbortSignal
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #log: Logger

  constructor(options: {
    readonly request: IncomingMessage
    readonly response: ServerResponse
    readonly version: ApiVersion
    readonly params: Readonly<Record<string, string>>
    readonly query: URLSearchParams
    readonly log: Logger
  }) {
    this.#request = options.request
    this.#response = options.response
    this.#log = options.log
    this.version = options.version
    this.params = options.params
    this.query = options.query
    this.headers = options.request.headers
    const gone = new AbortController()
    this.signal = gone.signal
    options.response.once('close', () => {
      if (!options.response.writableFinished) gone.abort()
    })
  }

  param(name: string): string {
    return this.params[name] ?? ''
  }

  /** @throws InvalidArgument naming the parameter */
  readQuery<S extends Schema>(schema: S): Read<S> {
    return readQuery(schema, this.query)
  }

  /** The JSON body. @throws InvalidArgument naming the field */
  async readJson<S extends Schema>(schema: S): Promise<Read<S>> {
    return this.#parse(schema, await this.#readText())
  }

  #parse<S extends Schema>(schema: S, text: string): Read<S> {
    const type = this.headers['content-type']
    if (type === undefined && text !== '') {
      throw new InvalidArgument(`malformed Content-Type header (): mime: no media type`)
    }
    if (type !== undefined && !/^application\/json\s*(;|$)/i.test(type)) {
      throw new InvalidArgument(`unsupported Content-Type header (${type}): must be 'application/json'`)
    }
    const { value, unknown } = readBody(schema, parseJson(text))
    if (unknown.length > 0) this.#log.debug('fields that are not known were ignored', { fields: unknown.join(' ') })
    return value
  }

  /** The same where a body may be missing or `null`. */
  async readOptionalJson<S extends Schema>(schema: S): Promise<Read<S> | undefined> {
    const text = await this.#readText()
    if (['', 'null'].includes(text.trim())) return undefined
    return this.#parse(schema, text)
  }

  /** The body as it comes. */
  get body(): Readable {
    return this.#request
  }

  sendJson(status: number, value: unknown, options: { readonly escapeHtml?: boolean } = {}): void {
    const text = `${writeJson(value, options)}\n`
    this.#response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
    this.#response.end(text)
  }

  /** The answer of `/_ping`, which is no JSON. */
  sendPing(text: string): void {
    this.#response.writeHead(200, {
      'Cache-Control': 'no-cache, no-store, must-revalidate',
      Pragma: 'no-cache',
      'Builder-Version': '1',
      Swarm: 'inactive',
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': text.length,
    })
    this.#response.end(text)
  }

  sendEmpty(status: number): void {
    this.#response.writeHead(status)
    this.#response.end()
  }

  /** Begins an answer of unknown length; its head goes out at once. */
  openStream(contentType: string): ResponseStream {
    return new ResponseStream(this.#response, contentType)
  }

  /** For the log: a failure that no client can be told. */
  noteFailure(error: unknown): void {
    if (!this.signal.aborted) this.#log.warn('an answer could not be finished', { error: errorText(error) })
  }

  /** Takes the connection over for raw bytes in both directions. */
  hijack(contentType: string): Hijacked {
    return hijack(this.#request, this.#response, contentType)
  }

  async #readText(): Promise<string> {
    const chunks: Buffer[] = []
    let size = 0
    // Left as it is where it is too large: what is to come is in the way of the answer.
    for await (const chunk of this.#request.iterator({ destroyOnReturn: false })) {
      const bytes = chunk as Buffer
      size += bytes.length
      if (size > JSON_BODY_MAX_BYTES)
        throw new InvalidArgument(`request body is larger than ${JSON_BODY_MAX_BYTES} bytes`)
      chunks.push(bytes)
    }
    return Buffer.concat(chunks).toString('utf8')
  }
}
