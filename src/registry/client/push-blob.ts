import { DataCorrupt, GantryError, InvalidArgument, NotFound } from '#lib/errors'
import type { Descriptor, Reference } from '#oci'
import { discard } from './body.ts'
import type { BlobSource, PushBlobOptions, PushedBlob } from './contract.ts'
import type { Endpoint } from './endpoint.ts'
import { RegistryUnavailable } from './failure.ts'
import type { HttpResponse, Method, RequestBody } from './http.ts'
import { retrying } from './retry.ts'
import { askFor, blobTarget, placeOf, pushTarget, type SessionDeps, subjectOf, type Target, visit } from './session.ts'
import { addressGiven, registryRequest } from './transport.ts'

/** In the middle of a push the registry was there a moment ago: also a refused connection is tried again. */
const TROUBLES = ['broken', 'busy', 'connect'] as const

/** Bytes up to which a blob goes with the request that ends its upload; a bigger one is sent so that it can be resumed. */
const SINGLE_MAX = 256 * 1024

/** Repositories out of which a mount is tried: each costs a request. */
const MOUNTS_MAX = 4

const OCTETS = { 'content-type': 'application/octet-stream' }

/** Puts a blob into the repository, unless it is there: mounted out of another repository, else uploaded. */
export async function pushBlob(
  deps: SessionDeps,
  reference: Reference,
  wanted: Descriptor,
  source: BlobSource,
  options: PushBlobOptions,
): Promise<PushedBlob> {
  const target = pushTarget(blobTarget(reference, wanted.digest))
  const { signal } = options
  if (await isThere(deps, target, wanted, signal)) return { kind: 'exists' }
  return await visit(deps, target.reference.domain, 'push', async endpoint => {
    const upload = new Upload(deps, endpoint, target, wanted, source, options)
    for (const from of (options.mountFrom ?? []).slice(0, MOUNTS_MAX)) {
      if (await upload.mount(from)) return { kind: 'mounted', from }
    }
    await upload.run()
    return { kind: 'uploaded' }
  })
}

/** @throws DataCorrupt where the registry has it in another length */
async function isThere(
  deps: SessionDeps,
  target: Target,
  { digest, size }: Descriptor,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const request = { method: 'HEAD', headers: { 'accept-encoding': 'identity' }, accept: [404] } as const
  const length = await retrying(deps.timing, { troubles: ['broken', 'busy'], signal }, () =>
    askFor(deps, target, request, signal, async response => {
      await discard(response)
      return response.status === 404 ? undefined : (response.header('content-length') ?? String(size))
    }),
  )
  if (length === undefined || length === String(size)) return length !== undefined
  throw new DataCorrupt(`${placeOf(target)}: the registry has ${digest} with ${length} bytes instead of ${size}`, {
    fix: 'tell who runs the registry',
  })
}

/**
 * One upload to one endpoint (distribution-spec 1.1, "Pushing blobs"): begun with POST, filled with PATCH, ended with
 * PUT. The registry gives each next address. What broke off is gone on with where the registry says it stopped; an
 * upload that it has forgotten is begun anew.
 */
class Upload {
  readonly #deps: SessionDeps
  readonly #endpoint: Endpoint
  readonly #target: Target
  readonly #wanted: Descriptor
  readonly #source: BlobSource
  readonly #options: PushBlobOptions
  /** Where the next request goes; undefined before the upload is begun. */
  #location: URL | undefined
  /** Bytes that the registry is known to have. */
  #offset = 0
  /** Whether `#offset` is what the registry says, not what was sent to it. */
  #isSure = true
  /** The most that the registry has ever said it has: a try after which it has more is not counted. */
  #acknowledged = 0

  constructor(
    deps: SessionDeps,
    endpoint: Endpoint,
    target: Target,
    wanted: Descriptor,
    source: BlobSource,
    options: PushBlobOptions,
  ) {
    this.#deps = deps
    this.#endpoint = endpoint
    this.#target = target
    this.#wanted = wanted
    this.#source = source
    this.#options = options
  }

  /** True where the registry took the blob out of its repository `from`. A refusal costs nothing: it is uploaded then. */
  async mount(from: string): Promise<boolean> {
    if (this.#location !== undefined) return false
    const query = new URLSearchParams({ mount: this.#wanted.digest, from })
    try {
      const response = await this.#post(`?${query}`, pushTarget(this.#target, from))
      if (response.status === 201) return true
      this.#moveTo(response, 'POST')
    } catch (error) {
      if (!(error instanceof GantryError) || error.kind === 'cancelled') throw error
    }
    return false
  }

  async run(): Promise<void> {
    const { signal } = this.#options
    const retry = { troubles: TROUBLES, progress: () => this.#acknowledged, signal }
    await retrying(this.#deps.timing, retry, () => this.#try())
  }

  async #try(): Promise<void> {
    if (this.#location === undefined) await this.#begin()
    else if (!this.#isSure) await this.#askOffset()
    if (this.#location === undefined) {
      // The registry knows nothing of the upload any more: perhaps because it is done.
      if (await isThere(this.#deps, this.#target, this.#wanted, this.#options.signal)) return
      await this.#begin()
    }
    const { size } = this.#wanted
    if (size > SINGLE_MAX || this.#offset > 0) {
      if (this.#offset < size) await this.#patch()
      await this.#finish(undefined)
    } else await this.#finish(this.#body())
  }

  async #begin(): Promise<void> {
    this.#offset = 0
    this.#isSure = true
    this.#moveTo(await this.#post('', this.#target), 'POST')
  }

  async #post(query: string, target: Target): Promise<HttpResponse> {
    const to = `${target.reference.path}/blobs/uploads/${query}`
    return await this.#send('POST', to, { headers: {}, body: EMPTY }, target)
  }

  /** How much the registry has of an upload that broke off. */
  async #askOffset(): Promise<void> {
    const location = this.#location
    if (location === undefined) return
    try {
      const response = await this.#send('GET', location, { headers: {} })
      const range = /^(?:bytes=)?0-(\d{1,15})$/.exec(response.header('range') ?? '')?.[1]
      // `0-0` stands for nothing and for one byte; one byte is soon sent again.
      const end = Number(range ?? 0)
      this.#offset = end === 0 ? 0 : end + 1
      if (this.#offset > this.#wanted.size) this.#location = undefined
      else this.#moveTo(response, 'GET', location)
      this.#isSure = true
      this.#acknowledged = Math.max(this.#acknowledged, this.#offset)
    } catch (error) {
      if (!(error instanceof NotFound) && !(error instanceof InvalidArgument)) throw error
      this.#location = undefined
    }
  }

  async #patch(): Promise<void> {
    const location = this.#location
    if (location === undefined) return
    const range = `${this.#offset}-${this.#wanted.size - 1}`
    this.#isSure = false
    const response = await this.#send('PATCH', location, {
      headers: { ...OCTETS, 'content-range': range },
      body: this.#body(),
      accept: [416],
    })
    this.#moveTo(response, 'PATCH', location)
    if (response.status === 416) {
      this.#location = undefined
      throw new RegistryUnavailable('broken', `${placeOf(this.#target)}: the registry lost a part of the upload`)
    }
    this.#offset = this.#wanted.size
    this.#isSure = true
  }

  async #finish(body: RequestBody | undefined): Promise<void> {
    const location = this.#location
    if (location === undefined) return
    const to = new URL(location)
    to.searchParams.set('digest', this.#wanted.digest)
    this.#isSure = false
    await this.#send('PUT', to, { headers: OCTETS, body: body ?? EMPTY })
  }

  async #send(
    method: Method,
    to: string | URL,
    { headers, body, accept }: SendOptions,
    target: Target = this.#target,
  ): Promise<HttpResponse> {
    const { scope } = target
    const subject = subjectOf(target, method)
    const request = { method, to, headers, scope, subject, ...(body && { body }), ...(accept && { accept }) }
    const response = await registryRequest(this.#deps, this.#endpoint, request, this.#options.signal)
    await discard(response)
    return response
  }

  /** @throws InvalidArgument where an answer does not say where to go on */
  #moveTo(response: HttpResponse, method: Method, before?: URL): void {
    const location = response.header('location')
    if (location !== undefined) this.#location = addressGiven(this.#endpoint, method, response.url, location)
    else if (before !== undefined) this.#location = before
    else throw new InvalidArgument(`${placeOf(this.#target)}: the registry does not say where to upload to`)
  }

  #body(): RequestBody {
    const offset = this.#offset
    return { size: this.#wanted.size - offset, chunks: () => this.#chunks(offset) }
  }

  async *#chunks(offset: number): AsyncGenerator<Uint8Array> {
    let at = offset
    for await (const chunk of this.#source(offset)) {
      at += chunk.length
      yield chunk
      this.#options.progress?.(at)
    }
  }
}

interface SendOptions {
  readonly headers: Readonly<Record<string, string>>
  readonly body?: RequestBody
  readonly accept?: readonly number[]
}

const EMPTY: RequestBody = { size: 0, chunks: () => [] }
