import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { digestOf } from '#oci'

export interface UploadAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

export interface UploadStore {
  has(repository: string, digest: string): boolean
  put(repository: string, bytes: Buffer): void
  get(repository: string, digest: string): Buffer | undefined
}

/** The uploads of a scripted registry (distribution-spec 1.1, "Pushing blobs"). */
export class Uploads {
  /** Whether a blob of another repository may be mounted. */
  mounts = true
  readonly #store: UploadStore
  readonly #open = new Map<string, Buffer[]>()

  constructor(store: UploadStore) {
    this.#store = store
  }

  /** Everything is forgotten, as by a registry that was restarted. */
  forget(): void {
    this.#open.clear()
  }

  /** What is there of an upload in the middle of which the connection broke. */
  keep(request: IncomingMessage, bytes: Buffer): void {
    this.#open.get(this.#id(request))?.push(bytes)
  }

  answer(request: IncomingMessage, repository: string, body: Buffer): UploadAnswer {
    const query = new URL(request.url ?? '', 'http://registry').searchParams
    const place = `/v2/${repository}/blobs/uploads`
    if (request.method === 'POST') return this.#begin(repository, place, query)
    const id = this.#id(request)
    const chunks = this.#open.get(id)
    if (chunks === undefined) return { status: 404, headers: {} }
    const location = { location: `${place}/${id}` }
    const size = sizeOf(chunks)
    if (request.method === 'GET') return { status: 204, headers: { ...location, range: rangeOf(size) } }
    if (request.method === 'PATCH') {
      const from = /^(\d+)-/.exec(String(request.headers['content-range'] ?? ''))?.[1]
      if (from !== undefined && Number(from) !== size) return { status: 416, headers: { range: rangeOf(size) } }
      chunks.push(body)
      return { status: 202, headers: { ...location, range: rangeOf(size + body.length) } }
    }
    const whole = Buffer.concat([...chunks, body])
    if (digestOf(whole) !== query.get('digest')) return { status: 400, headers: {} }
    this.#open.delete(id)
    this.#store.put(repository, whole)
    return { status: 201, headers: { location: `/v2/${repository}/blobs/${query.get('digest')}` } }
  }

  #begin(repository: string, place: string, query: URLSearchParams): UploadAnswer {
    const digest = query.get('mount') ?? ''
    const bytes = this.mounts ? this.#store.get(query.get('from') ?? '', digest) : undefined
    if (bytes !== undefined) {
      this.#store.put(repository, bytes)
      return { status: 201, headers: { location: `/v2/${repository}/blobs/${digest}` } }
    }
    const id = randomUUID()
    this.#open.set(id, [])
    return { status: 202, headers: { location: `${place}/${id}?state=1`, range: '0-0' } }
  }

  #id(request: IncomingMessage): string {
    return /\/blobs\/uploads\/([^/?]+)/.exec(request.url ?? '')?.[1] ?? ''
  }
}

function sizeOf(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0)
}

function rangeOf(size: number): string {
  return `0-${Math.max(0, size - 1)}`
}
