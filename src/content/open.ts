import { chmod, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { abortable } from '#lib/abort'
import { Conflict, InvalidArgument } from '#lib/errors'
import { fileError } from '#lib/file-error'
import { KeyedLock } from '#lib/lock'
import { digestOf } from '#oci'
import { blobInfo, deleteBlob, hasBlob, listBlobs, readBlob, readWholeBlob, verifyBlob } from './blobs.ts'
import { openIngest } from './ingest.ts'
import { isKey, keyOf, type Layout, layoutOf } from './layout.ts'
import type { ContentStore, IngestInfo, IngestOptions, IngestWriter, PutOptions, StoreOptions } from './store.ts'

/** Characters of a ref. */
const REF_MAX = 4096

/** Opens the store below `folder`, which is made where it is missing. Nothing of an earlier process is touched. */
export async function openContentStore(folder: string, options: StoreOptions = {}): Promise<ContentStore> {
  const layout = layoutOf(folder)
  try {
    for (const path of layout.folders) {
      await mkdir(path, { mode: 0o700, recursive: true })
      await chmod(path, 0o700)
    }
  } catch (error) {
    throw fileError(error, `open content store ${folder}`, folder)
  }
  const lock = new KeyedLock()
  const ingest = (ref: string, wanted: IngestOptions = {}) =>
    beginIngest({ layout, lock, fsync: options.fsync ?? true }, ref, wanted)
  return {
    has: digest => hasBlob(layout, digest),
    info: digest => blobInfo(layout, digest),
    path: digest => layout.blob(digest),
    read: (digest, range) => readBlob(layout, digest, range),
    readAll: (digest, limit) => readWholeBlob(layout, digest, limit),
    verify: (digest, signal) => verifyBlob(layout, digest, signal),
    delete: digest => deleteBlob(layout, digest),
    list: () => listBlobs(layout),
    ingest,
    put: async (bytes, { expected, algorithm }: PutOptions = {}) => {
      const digest = expected ?? digestOf(bytes, algorithm)
      await using writer = await ingest(`put ${digest}`, { expected: { digest, size: bytes.length } })
      if (writer === undefined) return { digest, size: bytes.length }
      await writer.restart()
      await writer.write(Uint8Array.from(bytes))
      return await writer.commit()
    },
    ingests: () => listIngests(layout, lock),
    removeIngest: key => removeIngest(layout, lock, key),
  }
}

interface Deps {
  readonly layout: Layout
  readonly lock: KeyedLock
  readonly fsync: boolean
}

async function beginIngest(deps: Deps, ref: string, options: IngestOptions): Promise<IngestWriter | undefined> {
  if (ref === '' || ref.length > REF_MAX) throw new InvalidArgument(`a ref has 1 to ${REF_MAX} characters`)
  const key = keyOf(ref)
  if (options.ifBusy === 'fail' && deps.lock.isHeld(key))
    throw new Conflict(`ingest ${ref} is being written by another`)
  const held = await abortable(deps.lock.acquire(key), options.signal, `wait for ingest ${ref}`, late =>
    late[Symbol.dispose](),
  )
  const release = () => held[Symbol.dispose]()
  try {
    const digest = options.expected?.digest
    if (digest !== undefined && (await hasBlob(deps.layout, digest))) {
      await rm(deps.layout.ingest(key).folder, { recursive: true, force: true })
      release()
      return undefined
    }
    return await openIngest({ layout: deps.layout, fsync: deps.fsync, release }, ref, key, options)
  } catch (error) {
    release()
    throw error
  }
}

async function listIngests(layout: Layout, lock: KeyedLock): Promise<readonly IngestInfo[]> {
  const found: IngestInfo[] = []
  const now = Date.now()
  for (const key of await readdir(layout.ingests)) {
    if (!isKey(key)) continue
    const paths = layout.ingest(key)
    const folder = await stat(paths.folder).catch(() => undefined)
    // Committed or removed in the meantime.
    if (folder === undefined) continue
    const data = await stat(paths.data).catch(() => undefined)
    found.push({
      key,
      ref: await readFile(paths.ref, 'utf8').catch(() => undefined),
      size: data?.size ?? 0,
      age: Math.max(0, now - (data ?? folder).mtimeMs),
      active: lock.isHeld(key),
    })
  }
  return found
}

async function removeIngest(layout: Layout, lock: KeyedLock, key: string): Promise<boolean> {
  if (!isKey(key)) throw new InvalidArgument('an ingest is removed by its key')
  if (lock.isHeld(key)) throw new Conflict(`ingest ${key} is being written`)
  using _held = await lock.acquire(key)
  const { folder } = layout.ingest(key)
  const there = (await stat(folder).catch(() => undefined)) !== undefined
  await rm(folder, { recursive: true, force: true })
  return there
}
