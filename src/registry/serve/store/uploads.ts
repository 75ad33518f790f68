import { randomUUID } from 'node:crypto'
import type { IngestWriter } from '#content'
import { NoSpace } from '#lib/errors'
import { algorithmOf, type Digest, type DigestAlgorithm } from '#oci'
import { invalidDigest, Refusal, unknownUpload } from '../refusal.ts'
import type { Chunk, UploadState } from '../registry.ts'
import type { StoreDeps } from './deps.ts'
import { expireUploads } from './expire.ts'
import { link } from './links.ts'

/** Uploads whose file stays open between two requests, so that it need not be hashed again from its beginning. */
const IDLE_MAX = 32

/** Uploads that are open at once: each keeps what came of it on the disk. */
const UPLOADS_MAX = 1000
/** Milliseconds since its last byte after which one that nobody writes makes way for another where there are so many. */
const MAKES_WAY_AFTER = 3600 * 1000

interface Opened {
  readonly writer: IngestWriter
  readonly algorithm: DigestAlgorithm
}

/** The uploads of a store: which are being written, and which wait with their files open. */
export class Uploads implements AsyncDisposable {
  readonly #deps: StoreDeps
  readonly #busy = new Set<string>()
  readonly #idle = new Map<string, Opened>()

  readonly #max: number

  constructor(deps: StoreDeps, max = UPLOADS_MAX) {
    this.#deps = deps
    this.#max = max
  }

  /** @throws Refusal TOOMANYREQUESTS */
  async start(repository: string): Promise<UploadState> {
    const { records, now } = this.#deps
    if (this.#isFull()) await expireUploads(this.#deps, this, MAKES_WAY_AFTER, false)
    if (this.#isFull()) throw tooMany(this.#max)
    const id = randomUUID()
    records.meta.write(() => records.uploads.put(id, { repository, since: now() }))
    await records.meta.durable()
    return { id, offset: 0 }
  }

  state(repository: string, id: string): Promise<UploadState> {
    return this.#use(repository, id, async ({ writer }) => ({ id, offset: writer.offset }))
  }

  append(repository: string, id: string, chunk: Chunk): Promise<UploadState> {
    return this.#use(repository, id, async ({ writer }) => {
      await fill(writer, id, chunk)
      return { id, offset: writer.offset }
    })
  }

  async finish(repository: string, id: string, digest: Digest, last: Chunk): Promise<void> {
    await this.#exclusive(repository, id, async () => {
      const opened = await this.#open(id, undefined)
      try {
        await fill(opened.writer, id, last)
      } catch (error) {
        await this.#rest(id, opened)
        throw error
      }
      const { writer } = await this.#withAlgorithm(id, opened, algorithmOf(digest))
      await this.#commit(repository, id, digest, writer)
    })
  }

  async cancel(repository: string, id: string): Promise<void> {
    await this.#exclusive(repository, id, async () => {
      const { writer } = await this.#open(id, undefined)
      await writer.abort()
      this.#forget(id)
      await this.#deps.records.meta.durable()
    })
  }

  /** Removes an upload that nobody writes, whatever repository it is of; false where somebody does. */
  async expire(id: string): Promise<boolean> {
    const record = this.#deps.records.uploads.get(id)
    if (record === undefined || this.#busy.has(id)) return false
    await this.cancel(record.repository, id)
    return true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { writer } of this.#idle.values()) await writer[Symbol.asyncDispose]()
    this.#idle.clear()
  }

  #isFull(): boolean {
    return this.#deps.records.uploads.scan({ prefix: '', limit: this.#max }).length >= this.#max
  }

  async #commit(repository: string, id: string, digest: Digest, writer: IngestWriter): Promise<void> {
    const { locks, records } = this.#deps
    await using _writer = writer
    await locks.run(digest, async () => {
      const { size } = await writer
        .commit(found => {
          if (found !== digest) throw invalidDigest(digest, `the upload's bytes are ${found}`)
        })
        .catch(async (error: unknown) => {
          await writer.abort()
          this.#forget(id)
          throw error
        })
      records.meta.write(() => {
        link(this.#deps, repository, digest, size)
        records.uploads.delete(id)
      })
      await records.meta.durable()
    })
  }

  /** Runs `body` with the upload, which waits for the next request afterwards. */
  async #use<T>(repository: string, id: string, body: (opened: Opened) => Promise<T>): Promise<T> {
    return await this.#exclusive(repository, id, async () => {
      const opened = await this.#open(id, undefined)
      try {
        return await body(opened)
      } finally {
        await this.#rest(id, opened)
      }
    })
  }

  async #exclusive<T>(repository: string, id: string, body: () => Promise<T>): Promise<T> {
    if (this.#deps.records.uploads.get(id)?.repository !== repository) throw unknownUpload(id)
    if (this.#busy.has(id)) {
      throw new Refusal(409, 'BLOB_UPLOAD_INVALID', 'blob upload invalid: another request is writing it', {
        fix: 'wait for that request to end, then ask for the offset and go on there',
        detail: { id },
      })
    }
    this.#busy.add(id)
    try {
      return await body()
    } catch (error) {
      // Its bytes are gone already, to give the disk some room.
      if (error instanceof NoSpace) this.#forget(id)
      throw error
    } finally {
      this.#busy.delete(id)
    }
  }

  async #open(id: string, algorithm: DigestAlgorithm | undefined): Promise<Opened> {
    const idle = this.#idle.get(id)
    this.#idle.delete(id)
    if (idle !== undefined) return idle
    const wanted = algorithm ?? 'sha256'
    const writer = await this.#deps.content.ingest(`upload ${id}`, { resume: true, algorithm: wanted, ifBusy: 'fail' })
    if (writer === undefined) throw unknownUpload(id)
    return { writer, algorithm: wanted }
  }

  /** The upload, hashed as it is to be compared; where that was not known before, it is read once more. */
  async #withAlgorithm(id: string, opened: Opened, algorithm: DigestAlgorithm): Promise<Opened> {
    if (opened.algorithm === algorithm) return opened
    await opened.writer[Symbol.asyncDispose]()
    return await this.#open(id, algorithm)
  }

  /** Keeps the file open for the next request; where too many wait, the one that waits longest is closed. */
  async #rest(id: string, opened: Opened): Promise<void> {
    if (!this.#deps.records.uploads.has(id)) return await opened.writer[Symbol.asyncDispose]()
    this.#idle.set(id, opened)
    const [oldest] = this.#idle
    if (this.#idle.size <= IDLE_MAX || oldest === undefined) return
    this.#idle.delete(oldest[0])
    await oldest[1].writer[Symbol.asyncDispose]()
  }

  #forget(id: string): void {
    const { records } = this.#deps
    this.#idle.delete(id)
    records.meta.write(() => records.uploads.delete(id), { release: true })
  }
}

/** Appends what comes; what has come before an error is kept, for a client that goes on. */
async function fill(writer: IngestWriter, id: string, { body, start, signal }: Chunk): Promise<void> {
  if (start !== undefined && start !== writer.offset) throw wrongStart(id, start, writer.offset)
  try {
    for await (const bytes of body) {
      signal.throwIfAborted()
      await writer.write(bytes)
    }
  } catch (error) {
    if (!(error instanceof NoSpace)) await writer.flush()
    throw error
  }
  await writer.flush()
}

function tooMany(max: number): Refusal {
  return new Refusal(429, 'TOOMANYREQUESTS', `too many uploads are open: this registry keeps ${max}`, {
    fix: 'finish or cancel some; one that gets no byte for an hour makes way',
    headers: { 'retry-after': '60' },
  })
}

function wrongStart(id: string, start: number, offset: number): Refusal {
  return new Refusal(416, 'RANGE_INVALID', `blob upload invalid: ${start} is not its end, which is ${offset}`, {
    fix: 'go on at the end of the Range that this answer carries',
    detail: { id, offset },
    headers: { range: rangeHeader(offset) },
  })
}

/** `0-<last byte>`, as the protocol tells how much of an upload is there; `0-0` stands for nothing as well. */
export function rangeHeader(offset: number): string {
  return `0-${Math.max(0, offset - 1)}`
}
