import { constants, createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { throwIfAborted } from '#lib/abort'
import { DataCorrupt, NoSpace } from '#lib/errors'
import { fileError } from '#lib/file-error'
import { algorithmOf, createDigester, type Digest, type DigestAlgorithm, type Digester } from '#oci'
import { syncFolder, writeAll } from './fs.ts'
import type { IngestPaths, Layout } from './layout.ts'
import type { BlobInfo, IngestOptions, IngestWriter } from './store.ts'

/** Bytes that a writer gathers before it writes them; as many again may be on their way to the disk. */
export const WRITE_BEHIND_MAX = 1024 * 1024

export interface IngestDeps {
  readonly layout: Layout
  readonly fsync: boolean
  /** Lets the next writer of the ref in. */
  readonly release: () => void
}

/** Opens the ingest `ref`, whose lock the caller holds; on failure the lock is still the caller's. */
export async function openIngest(
  deps: IngestDeps,
  ref: string,
  key: string,
  options: IngestOptions,
): Promise<IngestWriter> {
  const paths = deps.layout.ingest(key)
  const algorithm = options.expected?.digest ? algorithmOf(options.expected.digest) : (options.algorithm ?? 'sha256')
  try {
    await mkdir(paths.folder, { mode: 0o700, recursive: true })
    await writeFile(paths.ref, ref, { mode: 0o600 })
    // Without a digest to compare with, a tail spoilt by a power loss would pass.
    const resume = options.expected?.digest !== undefined || options.resume === true
    const file = await open(paths.data, constants.O_RDWR | constants.O_CREAT | (resume ? 0 : constants.O_TRUNC), 0o600)
    try {
      const digester = createDigester(algorithm)
      const offset = await hashPartial(paths.data, digester, options.signal)
      return new Writer(deps, { ref, paths, options, algorithm }, file, digester, offset)
    } catch (error) {
      await file.close()
      throw error
    }
  } catch (error) {
    const meaning = fileError(error, `open ingest ${ref}`, deps.layout.root)
    if (meaning instanceof NoSpace) await rm(paths.folder, { recursive: true, force: true })
    throw meaning
  }
}

/** Feeds what is there already to the hash; says how much it was. */
async function hashPartial(path: string, digester: Digester, signal: AbortSignal | undefined): Promise<number> {
  let size = 0
  for await (const chunk of createReadStream(path, { highWaterMark: WRITE_BEHIND_MAX, ...(signal && { signal }) })) {
    digester.update(chunk)
    size += chunk.length
  }
  return size
}

interface Subject {
  readonly ref: string
  readonly paths: IngestPaths
  readonly options: IngestOptions
  readonly algorithm: DigestAlgorithm
}

class Writer implements IngestWriter {
  readonly ref: string
  readonly #deps: IngestDeps
  readonly #subject: Subject
  readonly #file: FileHandle
  #digester: Digester
  #offset: number
  #pending: Uint8Array[] = []
  #pendingBytes = 0
  /** The write to the disk that is under way; its failure is met by whoever waits for it next. */
  #flushing: Promise<void> = Promise.resolve()
  #open = true

  constructor(deps: IngestDeps, subject: Subject, file: FileHandle, digester: Digester, offset: number) {
    this.ref = subject.ref
    this.#deps = deps
    this.#subject = subject
    this.#file = file
    this.#digester = digester
    this.#offset = offset
  }

  get offset(): number {
    return this.#offset
  }

  get path(): string {
    return this.#subject.paths.data
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#check()
    const limit = this.#subject.options.expected?.size
    if (limit !== undefined && this.#offset + chunk.length > limit) {
      await this.#refuse(`${this.#name()} is longer than the ${limit} bytes that were announced`)
    }
    this.#digester.update(chunk)
    this.#pending.push(chunk)
    this.#pendingBytes += chunk.length
    this.#offset += chunk.length
    if (this.#pendingBytes >= WRITE_BEHIND_MAX) await this.#flush()
  }

  async flush({ durable = true }: { readonly durable?: boolean } = {}): Promise<void> {
    this.#check()
    await this.#settle()
    if (this.#deps.fsync && durable) await this.#guard(() => this.#file.datasync())
  }

  async restart(): Promise<void> {
    this.#check()
    await this.#settle()
    await this.#guard(() => this.#file.truncate(0))
    this.#digester = createDigester(this.#subject.algorithm)
    this.#offset = 0
  }

  async commit(announce?: (digest: Digest) => void | Promise<void>): Promise<BlobInfo> {
    this.#check()
    await this.#settle()
    const { expected } = this.#subject.options
    const size = this.#offset
    if (expected?.size !== undefined && size !== expected.size) {
      await this.#refuse(`${this.#name()} has ${size} bytes instead of the ${expected.size} that were announced`)
    }
    const digest = this.#digester.digest()
    if (expected?.digest !== undefined && digest !== expected.digest) {
      await this.#refuse(`${this.#name()} does not match its digest: its bytes are ${digest}`)
    }
    await announce?.(digest)
    this.#check()
    await this.#guard(() => this.#publish(digest))
    await this.#close()
    await rm(this.#subject.paths.folder, { recursive: true, force: true })
    this.#deps.release()
    return { digest, size }
  }

  async abort(): Promise<void> {
    if (!this.#open) return
    await this.#flushing.catch(() => {})
    await this.#close()
    await rm(this.#subject.paths.folder, { recursive: true, force: true })
    this.#deps.release()
  }

  /** Keeps what was written for the next writer. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#open) return
    try {
      await this.#settle()
    } catch {
      // The failure was thrown to whoever wrote, or nobody cares for this ingest any more.
    }
    if (!this.#open) return
    await this.#close()
    this.#deps.release()
  }

  async #publish(digest: Digest): Promise<void> {
    const { layout, fsync } = this.#deps
    const target = layout.blob(digest)
    if (fsync) await this.#file.sync()
    await rename(this.#subject.paths.data, target)
    await this.#file.chmod(0o444)
    if (fsync) await syncFolder(dirname(target))
  }

  /** Starts writing what is pending, as soon as the write before it is through. */
  async #flush(): Promise<void> {
    await this.#guard(() => this.#flushing)
    const chunks = this.#pending
    const position = this.#offset - this.#pendingBytes
    this.#pending = []
    this.#pendingBytes = 0
    this.#flushing = writeAll(this.#file, chunks, position)
    // Met again by the next flush: until then the failure must not count as unhandled.
    this.#flushing.catch(() => {})
  }

  async #settle(): Promise<void> {
    await this.#flush()
    await this.#guard(() => this.#flushing)
  }

  #check(): void {
    if (!this.#open) throw new Error(`ingest ${this.ref} is closed`)
    throwIfAborted(this.#subject.options.signal, `write ${this.#name()}`)
  }

  async #refuse(message: string): Promise<never> {
    await this.abort()
    throw new DataCorrupt(message, { fix: 'it is thrown away: what sent it is broken or was tampered with' })
  }

  async #guard<T>(body: () => Promise<T>): Promise<T> {
    try {
      return await body()
    } catch (error) {
      const meaning = fileError(error, `write ${this.#name()}`, this.#deps.layout.root)
      if (meaning instanceof NoSpace) {
        this.#flushing = Promise.resolve()
        await this.abort()
      }
      throw meaning
    }
  }

  #name(): string {
    return this.#subject.options.expected?.digest === undefined
      ? `ingest ${this.ref}`
      : `blob ${this.#subject.options.expected.digest}`
  }

  async #close(): Promise<void> {
    this.#open = false
    this.#pending = []
    await this.#file.close()
  }
}
