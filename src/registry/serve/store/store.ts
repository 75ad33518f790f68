import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type ContentStore, openContentStore } from '#content'
import { Conflict } from '#lib/errors'
import { KeyedLock } from '#lib/lock'
import type { Logger } from '#lib/log'
import { UndoStack } from '#lib/undo'
import { type Meta, openMeta } from '#meta'
import type { Registry, RegistryReader, RegistryWriter } from '../registry.ts'
import { type Collected, type CollectOptions, collect } from './collect.ts'
import { FreshDigests, type StoreDeps } from './deps.ts'
import { deleteBlob, findBlob, mountBlob } from './links.ts'
import { listRepositories, listTags } from './listings.ts'
import { deleteManifest, deleteTag, findManifest, putManifest } from './manifests.ts'
import { openRecords } from './records.ts'
import { listReferrers } from './referrers.ts'
import { Uploads } from './uploads.ts'

export interface RegistryStoreOptions {
  /** Folder of its own; whoever opens it sees to it that nobody else does. */
  readonly root: string
  readonly log: Logger
  /** Uploads that may be open at once. */
  readonly uploadsMax?: number
  /** False only in tests. */
  readonly fsync?: boolean
  /** Milliseconds since the Unix epoch. */
  readonly now?: () => number
}

/** A registry with its bytes and records in one folder. */
export interface RegistryStore extends Registry, AsyncDisposable {
  readonly writer: RegistryWriter
  /** For others that bring blobs and manifests in here. */
  readonly deps: StoreDeps
  /** @throws Conflict while another collection runs */
  collect(options: CollectOptions): Promise<Collected>
}

export async function openRegistryStore(options: RegistryStoreOptions): Promise<RegistryStore> {
  mkdirSync(options.root, { recursive: true, mode: 0o700 })
  await using undo = new UndoStack()
  const meta = await undo.own(openMeta(join(options.root, 'meta.db')), open => open[Symbol.asyncDispose]())
  const content = await openContentStore(join(options.root, 'content'), { fsync: options.fsync ?? true })
  const deps = depsOf(meta, content, options)
  const uploads = new Uploads(deps, options.uploadsMax)
  undo.keep()
  const collecting = new KeyedLock()
  return {
    deps,
    reader: readerOf(deps),
    writer: writerOf(deps, uploads),
    readOnly: undefined,
    collect: async collection => {
      if (collecting.isHeld('')) throw new Conflict('a collection is running', { fix: 'wait for it to end' })
      return await collecting.run('', () => collect(deps, uploads, collection))
    },
    async [Symbol.asyncDispose]() {
      await uploads[Symbol.asyncDispose]()
      await meta[Symbol.asyncDispose]()
    },
  }
}

function depsOf(meta: Meta, content: ContentStore, { log, now = Date.now }: RegistryStoreOptions): StoreDeps {
  return {
    records: openRecords(meta),
    content,
    locks: new KeyedLock(),
    fresh: new FreshDigests(),
    touched: new Map(),
    log,
    now,
    opened: now(),
  }
}

function readerOf(deps: StoreDeps): RegistryReader {
  return {
    catalog: async page => listRepositories(deps, page),
    tags: async (repository, page) => listTags(deps, repository, page),
    manifest: async (repository, reference) => findManifest(deps, repository, reference),
    blob: (repository, digest) => findBlob(deps, repository, digest),
    referrers: (repository, subject) => listReferrers(deps, repository, subject),
  }
}

function writerOf(deps: StoreDeps, uploads: Uploads): RegistryWriter {
  return {
    putManifest: (repository, reference, content) => putManifest(deps, repository, reference, content),
    deleteTag: (repository, tag) => deleteTag(deps, repository, tag),
    deleteManifest: (repository, digest) => deleteManifest(deps, repository, digest),
    deleteBlob: (repository, digest) => deleteBlob(deps, repository, digest),
    mount: (repository, digest, from) => mountBlob(deps, repository, digest, from),
    startUpload: repository => uploads.start(repository),
    upload: (repository, id) => uploads.state(repository, id),
    append: (repository, id, chunk) => uploads.append(repository, id, chunk),
    finish: (repository, id, digest, last) => uploads.finish(repository, id, digest, last),
    cancelUpload: (repository, id) => uploads.cancel(repository, id),
  }
}
