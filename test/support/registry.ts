/**
 * A registry in memory that does what its script says: serves images, breaks off, stalls, lies, asks for tokens, sends
 * people elsewhere. It records every request, so that tests can see what was sent to whom.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { type Descriptor, type Digest, descriptor, digestOf, isDigest, OCI_CONFIG, OCI_LAYER, OCI_MANIFEST } from '#oci'

import { Uploads } from './registry-uploads.ts'

export interface RecordedRequest {
  readonly method: string
  /** With query. */
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** Bytes of the body. */
  readonly size: number
}

/** What happens to one answer. */
export type Fault =
  /** The connection is reset after so many bytes of the body. */
  | { readonly kind: 'reset'; readonly after: number }
  /** The connection is closed before any answer. */
  | { readonly kind: 'close' }
  /** What was asked for is done, and nobody hears of it. */
  | { readonly kind: 'lost' }
  /** The connection is reset when so many bytes of the request's body have come; they are kept. */
  | { readonly kind: 'cut'; readonly after: number }
  /** There is no answer at all. */
  | { readonly kind: 'silence' }
  /** Nothing comes any more after so many bytes. */
  | { readonly kind: 'stall'; readonly after: number }
  /** One byte at a time, so many milliseconds apart. */
  | { readonly kind: 'drip'; readonly millis: number }
  /** Bytes are missing at the end, and the length says so too. */
  | { readonly kind: 'short'; readonly by: number }
  /** Bytes too many, and the length says so too. */
  | { readonly kind: 'long'; readonly by: number }
  /** One byte is another one. */
  | { readonly kind: 'flip'; readonly at: number }
  /** A body without end, in chunks. */
  | { readonly kind: 'endless' }
  /** Ranges are not understood. */
  | { readonly kind: 'no-ranges' }
  | {
      readonly kind: 'status'
      readonly status: number
      readonly headers?: Record<string, string>
      readonly body?: string
    }
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: number }
  /** Headers that are set or, as '', taken away. */
  | { readonly kind: 'headers'; readonly headers: Record<string, string> }

export interface ScriptEntry {
  readonly method?: string
  readonly url: RegExp
  readonly fault: Fault
  /** How many answers; all of them where it is missing. */
  times?: number
}

export interface TokenAuth {
  /** Who gets tokens: nobody has to say anything where it is missing. */
  readonly user?: { readonly name: string; readonly password: string }
  readonly refreshToken?: string
  readonly expiresIn?: number
  /** The realm that is named in challenges, if not our own `/token`. */
  readonly realm?: string
}

export interface StoredImage {
  readonly manifest: Descriptor
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
}

export interface Manifest {
  readonly mediaType: string
  readonly bytes: Buffer
}

export class ScriptedRegistry implements AsyncDisposable {
  readonly requests: RecordedRequest[] = []
  readonly script: ScriptEntry[] = []
  /** Tokens that were given out and are good, with their scope. */
  readonly tokens = new Map<string, string>()
  tokenAuth: TokenAuth | undefined
  basicAuth: { readonly name: string; readonly password: string } | undefined
  /** Connections that were opened. */
  connections = 0
  /** Connections on which there was silence. */
  readonly silent: Socket[] = []
  /** Bytes of blobs that were sent, as far as faults let them. */
  blobBytes = 0
  /** Tags on one page of a list. */
  tagPage = 100
  readonly uploads = new Uploads({
    has: (repository, digest) => this.#blobs.has(`${repository}@${digest}`),
    get: (repository, digest) => this.#blobs.get(`${repository}@${digest}`),
    put: (repository, bytes) => void this.addBlob(repository, bytes),
  })
  #given = 0
  readonly #server: Server
  readonly #tls: boolean
  readonly #sockets = new Set<Socket>()
  readonly #blobs = new Map<string, Buffer>()
  readonly #manifests = new Map<string, Manifest>()

  private constructor(server: Server, tls: boolean) {
    this.#server = server
    this.#tls = tls
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.#answer(request, response))
    server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.connections++
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket)).on('error', () => {})
    })
  }

  /** Listens on a free port of `host`, with TLS where a certificate is given. */
  static async start(tls?: TlsOptions): Promise<ScriptedRegistry> {
    const server = tls === undefined ? createServer() : createTlsServer(tls)
    const registry = new ScriptedRegistry(server, tls !== undefined)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return registry
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** As in references: `127.0.0.1:PORT`. */
  get host(): string {
    return `127.0.0.1:${this.port}`
  }

  get url(): string {
    return `${this.#tls ? 'https' : 'http'}://${this.host}`
  }

  /** Breaks the next answers to `url`, the first entry that matches first. */
  fault(url: RegExp, fault: Fault, times?: number): void {
    this.script.push({ url, fault, ...(times !== undefined && { times }) })
  }

  addBlob(repository: string, bytes: Buffer, mediaType = OCI_LAYER): Descriptor {
    const digest = digestOf(bytes)
    this.#blobs.set(`${repository}@${digest}`, bytes)
    return descriptor(mediaType, digest, bytes.length)
  }

  /** Stores a document under its digest and, if given, a tag. */
  addManifest(repository: string, document: unknown, mediaType: string, tag?: string): Descriptor {
    const bytes = Buffer.isBuffer(document) ? document : Buffer.from(JSON.stringify(document))
    const digest = digestOf(bytes)
    this.#manifests.set(`${repository}@${digest}`, { mediaType, bytes })
    if (tag !== undefined) this.#manifests.set(`${repository}:${tag}`, { mediaType, bytes })
    return descriptor(mediaType, digest, bytes.length)
  }

  /** A whole image whose layers are the given bytes, uncompressed. */
  addImage(
    repository: string,
    tag: string,
    layers: readonly Buffer[],
    platform = { os: 'linux', architecture: 'amd64' },
  ): StoredImage {
    const stored = layers.map(layer => this.addBlob(repository, layer))
    const rootfs = { type: 'layers', diff_ids: stored.map(({ digest }) => digest) }
    const config = this.addBlob(
      repository,
      Buffer.from(JSON.stringify({ ...platform, config: {}, rootfs })),
      OCI_CONFIG,
    )
    const plain = ({ mediaType, digest, size }: Descriptor) => ({ mediaType, digest, size })
    const document = { schemaVersion: 2, mediaType: OCI_MANIFEST, config: plain(config), layers: stored.map(plain) }
    return { manifest: this.addManifest(repository, document, OCI_MANIFEST, tag), config, layers: stored }
  }

  blob(repository: string, digest: Digest): Buffer | undefined {
    return this.#blobs.get(`${repository}@${digest}`)
  }

  /** What stands under a tag or a digest. */
  manifest(repository: string, object: string): Manifest | undefined {
    return this.#manifests.get(`${repository}${isDigest(object) ? '@' : ':'}${object}`)
  }

  /** The requests whose URL matches. */
  seen(url: RegExp): RecordedRequest[] {
    return this.requests.filter(request => url.test(request.url))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>(resolve => this.#server.close(() => resolve()))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? ''
    const entry = this.script.find(
      ({ method, url: pattern, times }) =>
        times !== 0 && pattern.test(url) && (method ?? request.method) === request.method,
    )
    if (entry?.times !== undefined) entry.times--
    const fault = entry?.fault
    const bytes = await bodyOf(request, fault?.kind === 'cut' ? fault.after : undefined)
    const body = bytes.toString()
    this.requests.push({ method: request.method ?? '', url, headers: request.headers, body, size: bytes.length })
    if (fault?.kind === 'silence') {
      this.silent.push(request.socket)
      return
    }
    if (fault?.kind === 'cut') {
      this.uploads.keep(request, bytes)
      request.socket.resetAndDestroy()
      return
    }
    if (fault?.kind === 'close') request.socket.destroy()
    else if (fault?.kind === 'status')
      send(response, fault.status, fault.headers ?? {}, Buffer.from(fault.body ?? ''), request)
    else if (fault?.kind === 'redirect')
      send(response, fault.status ?? 307, { location: fault.to }, Buffer.alloc(0), request)
    else if (url.startsWith('/token')) this.#token(request, response, body)
    else if (!this.#admit(request, response)) return
    else this.#serve(request, response, fault, bytes)
  }

  #admit(request: IncomingMessage, response: ServerResponse): boolean {
    const authorization = request.headers.authorization ?? ''
    const [, repository = ''] = /^\/v2\/(.+)\/(?:manifests|blobs)\//.exec(request.url ?? '') ?? []
    let challenge: string | undefined
    if (this.tokenAuth !== undefined) {
      const scope = repository === '' ? '' : `repository:${repository}:pull`
      const given = this.tokens.get(authorization.replace('Bearer ', ''))
      const isPush = !['GET', 'HEAD'].includes(request.method ?? '')
      const enough = [`repository:${repository}:pull,push`, ...(isPush ? [] : [scope])]
      if (given?.split(' ').some(text => enough.includes(text))) return true
      const realm = this.tokenAuth.realm ?? `${this.url}/token`
      const error = given === undefined ? '' : ',error="insufficient_scope"'
      challenge = `Bearer realm="${realm}",service="test",scope="${scope}"${error}`
    } else if (this.basicAuth !== undefined) {
      if (authorization === basic(this.basicAuth)) return true
      challenge = 'Basic realm="test"'
    } else return true
    const body = error('UNAUTHORIZED', 'authentication required')
    send(response, 401, { 'www-authenticate': challenge, 'content-type': 'application/json' }, body, request)
    return false
  }

  #token(request: IncomingMessage, response: ServerResponse, body: string): void {
    const auth = this.tokenAuth ?? {}
    const query = new URL(request.url ?? '', this.url).searchParams
    const form = new URLSearchParams(body)
    const allowed =
      request.method === 'POST'
        ? auth.refreshToken !== undefined && form.get('refresh_token') === auth.refreshToken
        : auth.user === undefined || request.headers.authorization === basic(auth.user)
    if (!allowed) {
      send(response, 401, {}, Buffer.from('{"details":"incorrect username or password"}'), request)
      return
    }
    const token = `token-${++this.#given}`
    this.tokens.set(token, (request.method === 'POST' ? form.get('scope') : query.getAll('scope').join(' ')) ?? '')
    send(
      response,
      200,
      {},
      Buffer.from(
        JSON.stringify({
          token,
          expires_in: auth.expiresIn ?? 300,
          ...(query.get('offline_token') === 'true' && { refresh_token: auth.refreshToken }),
        }),
      ),
      request,
    )
  }

  #listTags(request: IncomingMessage, response: ServerResponse, repository: string): void {
    const query = new URL(request.url ?? '', this.url).searchParams
    const prefix = `${repository}:`
    const all = [...this.#manifests.keys()].flatMap(key => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []))
    const last = query.get('last') ?? ''
    const size = Math.min(Number(query.get('n') ?? 100), this.tagPage)
    const rest = all.sort().filter(tag => tag > last)
    const tags = rest.slice(0, size)
    const link = `</v2/${repository}/tags/list?n=${size}&last=${tags.at(-1)}>; rel="next"`
    const headers = { 'content-type': 'application/json', ...(rest.length > size && { link }) }
    send(response, 200, headers, Buffer.from(JSON.stringify({ name: repository, tags })), request)
  }

  #serve(request: IncomingMessage, response: ServerResponse, fault: Fault | undefined, body: Buffer): void {
    const match = /^\/v2\/(.+)\/(manifests|blobs)\/([^/?]+)/.exec(request.url ?? '')
    const [, repository = '', kind, object = ''] = match ?? []
    if (/^\/v2\/$/.test(request.url ?? '')) {
      send(response, 200, {}, Buffer.from('{}'), request)
      return
    }
    const [, tagged] = /^\/v2\/(.+)\/tags\/list/.exec(request.url ?? '') ?? []
    if (tagged !== undefined) {
      this.#listTags(request, response, tagged)
      return
    }
    if (kind === 'blobs' && object === 'uploads') {
      const { status, headers } = this.uploads.answer(request, repository, body)
      if (fault?.kind === 'lost') request.socket.destroy()
      else send(response, status, headers, Buffer.alloc(0), request)
      return
    }
    if (kind === 'manifests' && request.method === 'PUT') {
      const mediaType = request.headers['content-type'] ?? ''
      const { digest } = this.addManifest(repository, body, mediaType, isDigest(object) ? undefined : object)
      send(response, 201, { 'docker-content-digest': digest }, Buffer.alloc(0), request)
      return
    }
    if (kind === 'manifests') {
      const found = this.#manifests.get(`${repository}${isDigest(object) ? '@' : ':'}${object}`)
      if (found === undefined) sendError(response, request, 'MANIFEST_UNKNOWN', 'manifest unknown')
      else {
        const digest: Digest = digestOf(found.bytes)
        const headers = { 'content-type': found.mediaType, 'docker-content-digest': digest }
        sendFaulty(response, request, headers, found.bytes, fault)
      }
      return
    }
    const blob = this.#blobs.get(`${repository}@${object}`)
    if (blob === undefined) sendError(response, request, 'BLOB_UNKNOWN', 'blob unknown to registry')
    else this.blobBytes += sendFaulty(response, request, { 'content-type': 'application/octet-stream' }, blob, fault)
  }
}

/** All of it, or its first `limit` bytes. Iterating over a request would end its connection with it. */
async function bodyOf(request: IncomingMessage, limit = Number.POSITIVE_INFINITY): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  await new Promise<void>(resolve => {
    request.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size >= limit) resolve()
    })
    request.on('close', resolve).on('end', resolve)
  })
  return Buffer.concat(chunks).subarray(0, limit)
}

function sendError(response: ServerResponse, request: IncomingMessage, code: string, message: string): void {
  send(response, 404, { 'content-type': 'application/json' }, error(code, message), request)
}

export function error(code: string, message: string): Buffer {
  return Buffer.from(JSON.stringify({ errors: [{ code, message }] }))
}

function basic({ name, password }: { readonly name: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  request: IncomingMessage,
): void {
  response.writeHead(status, { 'content-length': String(body.length), ...headers })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** An answer with the range that was asked for, as far as the fault lets it. @returns bytes of its body */
function sendFaulty(
  response: ServerResponse,
  request: IncomingMessage,
  headers: Readonly<Record<string, string>>,
  whole: Buffer,
  fault: Fault | undefined,
): number {
  const from = fault?.kind === 'no-ranges' ? 0 : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  if (from > whole.length) {
    send(response, 416, {}, Buffer.alloc(0), request)
    return 0
  }
  const body = altered(whole, fault).subarray(from)
  const range = from === 0 ? {} : { 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` }
  const all: Record<string, string> = { 'content-length': String(body.length), ...headers, ...range }
  for (const [name, value] of Object.entries(fault?.kind === 'headers' ? fault.headers : {})) {
    if (value === '') delete all[name]
    else all[name] = value
  }
  if (fault?.kind === 'endless') delete all['content-length']
  response.writeHead(from === 0 ? 200 : 206, all)
  if (request.method === 'HEAD') {
    response.end()
    return 0
  }
  sendBody(response, body, fault)
  return fault?.kind === 'reset' || fault?.kind === 'stall' ? Math.min(fault.after, body.length) : body.length
}

function altered(whole: Buffer, fault: Fault | undefined): Buffer {
  if (fault?.kind === 'short') return whole.subarray(0, whole.length - fault.by)
  if (fault?.kind === 'long') return Buffer.concat([whole, Buffer.alloc(fault.by)])
  if (fault?.kind !== 'flip') return whole
  const copy = Buffer.from(whole)
  copy[fault.at] = (copy[fault.at] ?? 0) ^ 1
  return copy
}

function sendBody(response: ServerResponse, body: Buffer, fault: Fault | undefined): void {
  switch (fault?.kind) {
    case 'reset':
      // After the bytes have left, or the reset would overtake them.
      response.write(body.subarray(0, fault.after), () => response.socket?.resetAndDestroy())
      return
    case 'stall':
      // A whole body is an end: an answer left open would hold back the next one on this connection.
      if (fault.after < body.length) response.write(body.subarray(0, fault.after))
      else response.end(body)
      return
    case 'drip':
      drip(response, body, fault.millis)
      return
    case 'endless':
      endless(response)
      return
    default:
      response.end(body)
  }
}

function drip(response: ServerResponse, body: Buffer, millis: number): void {
  let at = 0
  const timer = setInterval(() => {
    if (at >= body.length || response.destroyed) {
      clearInterval(timer)
      response.end()
    } else response.write(body.subarray(at, ++at))
  }, millis)
}

function endless(response: ServerResponse): void {
  const chunk = Buffer.alloc(65_536, 'x')
  const more = () => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', more)
  }
  more()
}
