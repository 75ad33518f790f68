import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '#lib/log'
import { type Digest, digestOf, OCI_CONFIG, OCI_LAYER, OCI_MANIFEST } from '#oci'
import {
  createRegistryApp,
  type ListenOptions,
  listenRegistry,
  openRegistryStore,
  type Registry,
  type RegistryAppOptions,
  type RegistryStore,
} from '#registry/serve'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
  /** The codes of the errors that it carries. */
  readonly codes: readonly string[]
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** A client that sends what it is told, byte by byte. */
export interface RawClient {
  readonly host: string
  (method: string, path: string, options?: CallOptions): Promise<Answer>
}

export interface TestRegistry extends AsyncDisposable {
  readonly call: RawClient
  readonly host: string
  readonly root: string
  readonly store: RegistryStore
  /** Milliseconds that are added to the clock of the store. */
  later(millis: number): void
}

export interface TestRegistryOptions extends Partial<ListenOptions> {
  readonly root?: string
  readonly uploadsMax?: number
  readonly app?: Partial<RegistryAppOptions>
  /** Puts another registry before the store. */
  readonly wrap?: (store: RegistryStore) => Registry
}

/** A registry server of our own on loopback, with a folder that goes with it. */
export async function testRegistry(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const root = options.root ?? mkdtempSync(join(tmpdir(), 'gantry-serve-'))
  let ahead = 0
  const now = () => Date.now() + ahead
  const store = await openRegistryStore({
    root,
    log: silentLogger,
    fsync: false,
    now,
    ...(options.uploadsMax !== undefined && { uploadsMax: options.uploadsMax }),
  })
  const app = createRegistryApp({
    registry: options.wrap?.(store) ?? store,
    authenticator: undefined,
    log: silentLogger,
    ...options.app,
  })
  const { certificate, stall } = options
  const listener = await listenRegistry(
    app,
    { address: '127.0.0.1', port: 0 },
    { certificate, ...(stall !== undefined && { stall }) },
  )
  return {
    call: rawClient(listener.host),
    host: listener.host,
    root,
    store,
    later: millis => {
      ahead += millis
    },
    async [Symbol.asyncDispose]() {
      await listener[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
      if (options.root === undefined) rmSync(root, { recursive: true })
    },
  }
}

export function rawClient(host: string): RawClient {
  const [hostname, port] = host.split(':')
  const call = (method: string, path: string, { headers = {}, body }: CallOptions = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
      const sent = httpRequest(
        { hostname, port, method, path, headers: { ...length, ...headers }, agent: false },
        response => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.once('error', reject)
          response.once('end', () => resolve(answerOf(response.statusCode ?? 0, response.headers, chunks)))
        },
      )
      sent.once('error', reject)
      sent.end(body)
    })
  return Object.assign(call, { host })
}

function answerOf(status: number, headers: Record<string, unknown>, chunks: readonly Buffer[]): Answer {
  const body = Buffer.concat(chunks)
  const texts = Object.entries(headers).map(([name, value]) => [name, value === undefined ? undefined : String(value)])
  return { status, headers: Object.fromEntries(texts), body, codes: codesOf(body) }
}

function codesOf(body: Buffer): string[] {
  try {
    const { errors } = JSON.parse(body.toString()) as { errors?: { code: string }[] }
    return (errors ?? []).map(({ code }) => code)
  } catch {
    return []
  }
}

/** Pushes a blob in one request, or in two where the registry wants that. */
export async function pushBlob(call: RawClient, repository: string, content: string | Buffer): Promise<Digest> {
  const digest = digestOf(content)
  const begun = await call('POST', `/v2/${repository}/blobs/uploads/?digest=${digest}`, { body: content })
  const location = (begun.headers['location'] ?? '').replace(/^https?:\/\/[^/]+/, '')
  const path = `${location}${location.includes('?') ? '&' : '?'}digest=${digest}`
  const { status, body } = begun.status === 202 ? await call('PUT', path, { body: content }) : begun
  if (status !== 201) throw new Error(`push of a blob: ${status} ${body.toString()}`)
  return digest
}

export interface TestManifest {
  readonly digest: Digest
  readonly bytes: Buffer
  readonly config: Digest
  readonly layer: Digest
}

/** A manifest of one layer, not pushed yet; `members` are added to it. */
export function manifestOf(config: string, layer: string, members: object = {}): TestManifest {
  const part = (mediaType: string, text: string) => ({
    mediaType,
    digest: digestOf(text),
    size: Buffer.byteLength(text),
  })
  const document = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: part(OCI_CONFIG, config),
    layers: [part(OCI_LAYER, layer)],
    ...members,
  }
  const bytes = Buffer.from(JSON.stringify(document))
  return { digest: digestOf(bytes), bytes, config: digestOf(config), layer: digestOf(layer) }
}

/** Pushes blobs and manifest, under a tag or, without one, by digest. */
export async function pushImage(
  call: RawClient,
  repository: string,
  tag: string | undefined,
  { config = '{}', layer = 'layer', members = {} }: { config?: string; layer?: string; members?: object } = {},
): Promise<TestManifest> {
  await pushBlob(call, repository, config)
  await pushBlob(call, repository, layer)
  const manifest = manifestOf(config, layer, members)
  const answer = await putManifest(call, repository, tag ?? manifest.digest, manifest.bytes)
  if (answer.status !== 201) throw new Error(`push of a manifest: ${answer.status} ${answer.body.toString()}`)
  return manifest
}

export function putManifest(
  call: RawClient,
  repository: string,
  reference: string,
  body: Buffer | string,
  type: string = OCI_MANIFEST,
): Promise<Answer> {
  return call('PUT', `/v2/${repository}/manifests/${reference}`, { body, headers: { 'content-type': type } })
}
