import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { type ApiVersion, atLeast, type Ping, type ProgressMessage, writeJson, writeQuery } from '#api'
import { InvalidArgument } from '#lib/errors'
import { answerError, errorOf } from '../http/answer-error.ts'
import { ANSWER_BYTES_MAX, parseAnswer, readLines, readText } from '../http/body.ts'
import { abortError, brokenAnswer } from '../http/connect-error.ts'
import { framedBy, type Hijacked, hijacked, type OutputStream } from '../http/hijack.ts'
import type { Headers, Transport, WireRequest } from '../http/transport.ts'
import { commonVersion, ping } from './version.ts'

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'

export interface RequestOptions {
  /** As the query schemas of `#api`; absent fields are left out. */
  readonly query?: object
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is, as a tar archive. */
  readonly body?: Readable | Uint8Array
  readonly headers?: Headers
  /** Query parameters that an older engine would ignore in silence, with the version that brought them. */
  readonly since?: Readonly<Record<string, ApiVersion>>
  readonly signal?: AbortSignal | undefined
}

export interface RequestDefaults {
  readonly headers: Headers
  /** Pins the version; undefined negotiates it with the first request. */
  readonly version: ApiVersion | undefined
  readonly signal: AbortSignal | undefined
}

/**
 * Requests to one engine, by what they answer. Every one throws the engine's refusal as an error by meaning
 * (`isEngineRefusal` tells), or says in Docker's words why no answer came.
 */
export class Requests {
  readonly #transport: Transport
  readonly #defaults: RequestDefaults
  #version: Promise<ApiVersion> | undefined

  constructor(transport: Transport, defaults: RequestDefaults) {
    this.#transport = transport
    this.#defaults = defaults
    this.#version = defaults.version === undefined ? undefined : Promise.resolve(defaults.version)
  }

  ping(signal?: AbortSignal): Promise<Ping> {
    return ping(this.#transport, this.#defaults.headers, this.#signal(signal))
  }

  /** The version that requests use: the pinned one, or the newest that both sides speak. */
  version(): Promise<ApiVersion> {
    this.#version ??= this.ping().then(commonVersion)
    this.#version.catch(() => {
      this.#version = undefined
    })
    return this.#version
  }

  /** An answer of JSON. */
  async json<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
    return parseAnswer<T>(await this.text(method, path, options))
  }

  /** An answer as text: JSON with its numbers exact. */
  async text(method: Method, path: string, options: RequestOptions = {}): Promise<string> {
    return await textOf(await this.send(method, path, options))
  }

  /** The JSON of an answer to `send`. */
  async read<T>(response: IncomingMessage): Promise<T> {
    return parseAnswer<T>(await textOf(response))
  }

  /** An answer without content; false where it is 304: nothing had to be done. */
  async done(method: Method, path: string, options: RequestOptions = {}): Promise<boolean> {
    const response = await this.send(method, path, options)
    response.resume()
    return response.statusCode !== 304
  }

  /** An answer of bytes, to be read or destroyed by the caller. */
  async send(method: Method, path: string, options: RequestOptions = {}): Promise<IncomingMessage> {
    const wire = await this.#wire(method, path, options)
    const response = await this.#transport.send(wire)
    if ((response.statusCode ?? 0) < 400) return response
    throw await answerError(response, `${method} ${wire.path.split('?')[0]}`)
  }

  /** An answer of output that may be framed. */
  async output(method: Method, path: string, options: RequestOptions = {}): Promise<OutputStream> {
    const response = await this.send(method, path, options)
    return { output: response, framed: await this.#framed(response) }
  }

  /** An answer of lines of JSON, each as it arrives. */
  async *lines<T>(method: Method, path: string, options: RequestOptions = {}, reviver?: Reviver): AsyncGenerator<T> {
    const response = await this.send(method, path, options)
    try {
      for await (const line of readLines(response)) yield parseAnswer<T>(line, reviver)
    } catch (error) {
      throw brokenAnswer(error)
    }
  }

  /** A progress stream. An error that comes late, in a line of its own, is thrown like one that comes at once. */
  async *progress(method: Method, path: string, options: RequestOptions = {}): AsyncGenerator<ProgressMessage> {
    for await (const line of this.lines<ProgressMessage>(method, path, options)) {
      const text = line.errorDetail?.message ?? line.error
      if (text !== undefined) throw errorOf(line.errorDetail?.code ?? 500, text, undefined)
      yield line
    }
  }

  /** A connection that becomes a raw stream. */
  async hijack(path: string, options: RequestOptions = {}): Promise<Hijacked> {
    const upgraded = await this.#transport.upgrade(await this.#wire('POST', path, options))
    if ((upgraded.response.statusCode ?? 0) >= 400) throw await answerError(upgraded.response, `POST ${path}`)
    return hijacked(upgraded, await this.#framed(upgraded.response))
  }

  async #framed(response: IncomingMessage): Promise<boolean | undefined> {
    return atLeast(await this.version(), '1.42') ? framedBy(response.headers['content-type']) : undefined
  }

  async #wire(method: Method, path: string, options: RequestOptions): Promise<WireRequest> {
    const signal = this.#signal(options.signal)
    const version = await unlessAborted(this.version(), signal)
    const query = writeQuery({ ...options.query })
    for (const [name, since] of Object.entries(options.since ?? {})) {
      if (query.has(name) && !atLeast(version, since)) throw tooOld(name, since, version)
    }
    const suffix = query.size === 0 ? '' : `?${query}`
    return {
      method,
      path: `/v${version}${path}${suffix}`,
      headers: { ...this.#defaults.headers, ...contentType(options), ...options.headers },
      body: options.json === undefined ? options.body : writeJson(options.json),
      signal,
    }
  }

  #signal(own: AbortSignal | undefined): AbortSignal | undefined {
    const all = this.#defaults.signal
    return own === undefined || all === undefined ? (own ?? all) : AbortSignal.any([own, all])
  }
}

/** Waits for something shared that one caller must not cancel for the others. */
async function unlessAborted<T>(shared: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await shared
  const { promise, reject } = Promise.withResolvers<never>()
  const aborted = (): void => reject(abortError(signal.reason) ?? signal.reason)
  if (signal.aborted) aborted()
  signal.addEventListener('abort', aborted)
  try {
    return await Promise.race([promise, shared])
  } finally {
    signal.removeEventListener('abort', aborted)
  }
}

type Reviver = (key: string, value: unknown, source: string) => unknown

async function textOf(response: IncomingMessage): Promise<string> {
  try {
    return await readText(response, ANSWER_BYTES_MAX)
  } catch (error) {
    throw brokenAnswer(error)
  }
}

function contentType(options: RequestOptions): Headers {
  if (options.json !== undefined) return { 'Content-Type': 'application/json' }
  return options.body === undefined ? {} : { 'Content-Type': 'application/x-tar' }
}

function tooOld(name: string, since: ApiVersion, version: ApiVersion): InvalidArgument {
  return new InvalidArgument(
    `"${name}" requires API version ${since}, but the Docker daemon API version is ${version}`,
    { fix: `upgrade the engine, or do not ask for ${name}` },
  )
}
