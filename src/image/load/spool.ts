import type { Readable } from 'node:stream'
import type { IngestWriter } from '#content'
import { DataCorrupt, InvalidArgument } from '#lib/errors'
import { randomId } from '#lib/ids'
import { quoted } from '#lib/printable'
import type { TarEntry } from '#lib/tar/header'
import { TarReader } from '#lib/tar/reader'
import { algorithmOf, type Digest, digestOf, isDigest } from '#oci'
import { archiveChunks, TRAILING_BYTES_MAX } from '#snapshot'
import type { ImageDeps } from '../deps.ts'
import type { Operation } from '../hold.ts'
import { Archive, type Member } from './archive.ts'
import { linkTarget, memberPath } from './member-path.ts'

const MEMBERS_MAX = 65_536

/** A member of up to so many bytes stays in memory, as long as all of them together take no more than the limit. */
const SMALL_BYTES = 64 * 1024
const MEMORY_BYTES_MAX = 32 * 1024 * 1024

/**
 * Reads a whole archive of images once, from the first byte to the last: what is small is kept in memory, the rest goes
 * into the content store under its own digest and is held by the operation. Members come in any order, and what they
 * are called is only looked up, never opened.
 * @throws InvalidArgument for what is no archive of images (S78); NoSpace; Cancelled
 */
export async function spoolArchive(
  deps: ImageDeps,
  operation: Operation,
  stream: Readable,
  signal: AbortSignal,
): Promise<Archive> {
  await using spooler = new Spooler(deps, operation)
  const steps: Step[] = []
  const reader = new TarReader({
    entry: entry => void steps.push({ kind: 'begin', entry }),
    data: chunk => void steps.push({ kind: 'data', chunk }),
    hole: () => void steps.push({ kind: 'hole' }),
    entryEnd: () => void steps.push({ kind: 'end' }),
    end: () => void steps.push({ kind: 'complete' }),
  })
  for await (const chunk of archiveChunks(stream, signal)) {
    spooler.countTrailing(chunk.length)
    reader.push(chunk)
    for (const step of steps.splice(0)) await spooler.take(step)
  }
  reader.end()
  return new Archive(deps, operation, spooler.members)
}

/** What a tar reader tells, to be acted upon in order: writing takes time, and the reader waits for nobody. */
type Step =
  | { readonly kind: 'begin'; readonly entry: TarEntry }
  | { readonly kind: 'data'; readonly chunk: Buffer }
  | { readonly kind: 'hole' | 'end' | 'complete' }

/** Where the content of the member under way goes. */
type Sink =
  | { readonly kind: 'memory'; readonly path: string; readonly parts: Buffer[] }
  | { readonly kind: 'blob'; readonly path: string; readonly writer: IngestWriter }
  | { readonly kind: 'nowhere' }

const NOWHERE: Sink = { kind: 'nowhere' }

class Spooler implements AsyncDisposable {
  readonly members = new Map<string, Member>()
  readonly #deps: ImageDeps
  readonly #operation: Operation
  #sink: Sink = NOWHERE
  #memory = 0
  /** Bytes after the end mark; undefined before it. */
  #trailing: number | undefined

  constructor(deps: ImageDeps, operation: Operation) {
    this.#deps = deps
    this.#operation = operation
  }

  countTrailing(bytes: number): void {
    if (this.#trailing === undefined) return
    this.#trailing += bytes
    if (this.#trailing > TRAILING_BYTES_MAX) {
      throw new InvalidArgument(`invalid archive: more than ${TRAILING_BYTES_MAX} bytes follow its end`)
    }
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'begin':
        this.#sink = await this.#begin(step.entry)
        return
      case 'data':
        if (this.#sink.kind === 'memory') this.#sink.parts.push(Buffer.from(step.chunk))
        else if (this.#sink.kind === 'blob') await this.#sink.writer.write(step.chunk)
        return
      case 'hole':
        throw new InvalidArgument('invalid archive: it holds a sparse file', { fix: 'write it without --sparse' })
      case 'end':
        await this.#end(this.#sink)
        this.#sink = NOWHERE
        return
      case 'complete':
        this.#trailing = 0
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#sink.kind === 'blob') await this.#sink.writer.abort()
  }

  async #begin(entry: TarEntry): Promise<Sink> {
    const path = memberPath(entry.name)
    if (entry.type === 'dir') return NOWHERE
    if (path === '' || this.members.has(path)) {
      throw new InvalidArgument(`invalid archive: ${quoted(entry.name)} is in it more than once`)
    }
    if (this.members.size >= MEMBERS_MAX) {
      throw new InvalidArgument(`invalid archive: it has more than ${MEMBERS_MAX} members`)
    }
    switch (entry.type) {
      case 'file':
        return await this.#beginFile(path, entry.size)
      case 'symlink':
        return this.#link(path, linkTarget(path, entry.linkName))
      case 'hardlink':
        return this.#link(path, memberPath(entry.linkName))
      case 'char':
      case 'block':
      case 'fifo':
        throw new InvalidArgument(`invalid archive: ${quoted(entry.name)} is neither file nor folder nor link`)
    }
  }

  #link(path: string, target: string): Sink {
    // Its bytes would not be compared with what the name says they are.
    if (blobDigest(path) !== undefined) {
      throw new InvalidArgument(`invalid archive: ${quoted(path)} is a link instead of a blob`)
    }
    this.members.set(path, { kind: 'link', target })
    return NOWHERE
  }

  async #beginFile(path: string, size: number): Promise<Sink> {
    if (size <= SMALL_BYTES && this.#memory + size <= MEMORY_BYTES_MAX) {
      this.#memory += size
      return { kind: 'memory', path, parts: [] }
    }
    const digest = blobDigest(path)
    if (digest !== undefined) await this.#operation.holdBlob(digest)
    const expected = digest === undefined ? { size } : { digest, size }
    const writer = await this.#deps.content.ingest(`load ${randomId()}`, { expected })
    if (writer !== undefined) return { kind: 'blob', path, writer }
    // It is here already, and what is here is what it says.
    if (digest !== undefined) this.members.set(path, { kind: 'blob', digest, size })
    return NOWHERE
  }

  async #end(sink: Sink): Promise<void> {
    if (sink.kind === 'memory') {
      const bytes = Buffer.concat(sink.parts)
      const expected = blobDigest(sink.path)
      if (expected !== undefined && digestOf(bytes, algorithmOf(expected)) !== expected) {
        throw new DataCorrupt(`invalid archive: ${quoted(sink.path)} does not match its digest`)
      }
      this.members.set(sink.path, { kind: 'bytes', bytes })
    } else if (sink.kind === 'blob') {
      const { digest, size } = await sink.writer.commit(found => this.#operation.holdBlob(found))
      this.members.set(sink.path, { kind: 'blob', digest, size })
    }
  }
}

/** What the member must be if it lies where an OCI layout keeps its blobs. */
function blobDigest(path: string): Digest | undefined {
  const [, algorithm, hex] = /^blobs\/([^/]+)\/([^/]+)$/.exec(path) ?? []
  const digest = `${algorithm}:${hex}`
  return isDigest(digest) ? digest : undefined
}
