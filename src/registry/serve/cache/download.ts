import { type FileHandle, open } from 'node:fs/promises'
import type { ContentStore, IngestWriter } from '#content'
import { abortable } from '#lib/abort'
import { DataCorrupt, errorCode } from '#lib/errors'
import type { Digest } from '#oci'

/** Bytes after which those who follow are told that there is more. */
const TELL_EVERY = 1024 * 1024
const CHUNK = 256 * 1024

/** Fetches a blob into the store that it is given. */
export type Fetch = (store: ContentStore) => Promise<unknown>

/**
 * One blob on its way from elsewhere into the store, and everybody who wants it meanwhile. They read the file that is
 * being written, as far as it goes; the last byte is given only when the whole has matched its digest, so that nobody
 * takes a broken blob for a whole one.
 */
export class Download {
  readonly #content: ContentStore
  readonly #digest: Digest
  readonly #size: number
  #path: string | undefined
  #there = 0
  #state: 'running' | 'stored' | 'failed' = 'running'
  #failure: unknown
  #change = Promise.withResolvers<void>()
  /** Settles when it is over; never rejects. */
  readonly ended: Promise<void>

  constructor(content: ContentStore, digest: Digest, size: number, fetch: Fetch) {
    this.#content = content
    this.#digest = digest
    this.#size = size
    this.ended = fetch({ ...content, ingest: async (...args) => this.#follow(await content.ingest(...args)) }).then(
      () => this.#end('stored', undefined),
      (error: unknown) => this.#end('failed', error),
    )
  }

  async *read(offset: number, length: number, signal: AbortSignal): AsyncGenerator<Buffer> {
    const end = Math.min(this.#size, offset + length)
    let file: FileHandle | undefined
    try {
      for (let at = offset; at < end; ) {
        const upTo = Math.min(end, await this.#available(at, signal))
        file ??= await this.#open()
        const buffer = Buffer.allocUnsafe(Math.min(CHUNK, upTo - at))
        const { bytesRead } = await file.read(buffer, 0, buffer.length, at)
        if (bytesRead === 0) throw new DataCorrupt(`blob ${this.#digest} became shorter while it was read`)
        at += bytesRead
        yield buffer.subarray(0, bytesRead)
      }
    } finally {
      await file?.close()
    }
  }

  /** Waits until there is more than `at`; says how far one may read. */
  async #available(at: number, signal: AbortSignal): Promise<number> {
    for (;;) {
      if (this.#state === 'failed') throw this.#failure
      const limit = this.#state === 'stored' ? this.#size : Math.min(this.#there, this.#size - 1)
      if (limit > at) return limit
      await abortable(this.#change.promise, signal, `wait for blob ${this.#digest}`, () => {})
    }
  }

  /** The file that is written or, where it has its name by now, the blob: they are one file. */
  async #open(): Promise<FileHandle> {
    try {
      if (this.#path !== undefined) return await open(this.#path, 'r')
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
    }
    return await open(this.#content.path(this.#digest), 'r')
  }

  #follow(writer: IngestWriter | undefined): IngestWriter | undefined {
    if (writer === undefined) return undefined
    this.#path = writer.path
    this.#tell(writer.offset)
    return {
      ref: writer.ref,
      path: writer.path,
      get offset() {
        return writer.offset
      },
      write: async chunk => {
        await writer.write(chunk)
        if (writer.offset - this.#there < TELL_EVERY) return
        await writer.flush({ durable: false })
        this.#tell(writer.offset)
      },
      flush: options => writer.flush(options),
      restart: async () => {
        this.#there = 0
        await writer.restart()
      },
      commit: announce => writer.commit(announce),
      abort: () => writer.abort(),
      [Symbol.asyncDispose]: () => writer[Symbol.asyncDispose](),
    }
  }

  #end(state: 'stored' | 'failed', error: unknown): void {
    this.#state = state
    this.#failure = error
    this.#tell(this.#there)
  }

  #tell(there: number): void {
    this.#there = there
    this.#change.resolve()
    this.#change = Promise.withResolvers<void>()
  }
}
