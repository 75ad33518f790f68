import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type ContentStore, openContentStore } from '#content'
import {
  type Image,
  type Images,
  type ImagesOptions,
  type ImportOptions,
  type LoadedImage,
  type LoadOptions,
  openImages,
  type Progress,
  type PullOptions,
} from '#image'
import { silentLogger } from '#lib/log'
import { mountAt, mounts, unmount } from '#linux'
import { type Meta, openMeta } from '#meta'
import { parsePlatform, parseReference, type Reference } from '#oci'
import { DEFAULT_TIMING, openRegistryClient, type Timing } from '#registry'
import { applyLayer, canMapLayers, openOverlay, type Snapshotter } from '#snapshot'
import { file, tarArchive } from './tar-archive.ts'

export interface TestImages extends AsyncDisposable {
  readonly root: string
  readonly meta: Meta
  readonly content: ContentStore
  readonly snapshots: Snapshotter
  readonly images: Images
  /** Opens the same data root again, as the next process would; this one is of no use any more. */
  reopen(): Promise<TestImages>
}

export interface TestOptions {
  readonly root?: string
  readonly timing?: Partial<Timing>
  /** Layers are mounted from their tars. */
  readonly mapLayers?: boolean
  readonly overrides?: Partial<ImagesOptions>
}

/** Images on a data root of their own, which goes with them. Tests look at files, not at the disk's cache. */
export async function testImages(options: TestOptions = {}): Promise<TestImages> {
  const root = options.root ?? mkdtempSync(join(tmpdir(), 'gantry-image-'))
  const at = await openTestImages(root, options)
  return {
    ...at,
    async [Symbol.asyncDispose]() {
      await at[Symbol.asyncDispose]()
      if (options.root === undefined) removeRoot(root)
    },
  }
}

/** Images on a data root that stays. */
export async function openTestImages(root: string, options: TestOptions = {}): Promise<TestImages> {
  mkdirSync(root, { recursive: true })
  const meta = openMeta(join(root, 'meta.db'))
  const content = await openContentStore(join(root, 'content'), { fsync: false })
  const snapshots = openOverlay({
    meta,
    folder: join(root, 'snapshots'),
    mountFolder: join(root, 'layers'),
    mapLayers: options.mapLayers ?? canMapLayers(root),
  })
  const timing = { ...DEFAULT_TIMING, stall: 2000, random: () => 1, sleep: async () => {}, ...options.timing }
  const registry = openRegistryClient({ timing })
  let isOpen = true
  const close = async () => {
    if (!isOpen) return
    isOpen = false
    await registry[Symbol.asyncDispose]()
    await meta[Symbol.asyncDispose]()
  }
  const images = openImages({
    meta,
    content,
    snapshots,
    registry,
    apply: applyLayer,
    platform: parsePlatform('linux/amd64'),
    log: silentLogger,
    ...options.overrides,
  })
  return {
    root,
    meta,
    content,
    snapshots,
    images,
    async reopen() {
      await close()
      return await openTestImages(root, options)
    },
    [Symbol.asyncDispose]: close,
  }
}

/** Options of a pull that nobody watches. */
export function quietly(options: Partial<PullOptions> = {}): PullOptions {
  return {
    platform: undefined,
    credentials: undefined,
    onProgress: () => {},
    signal: new AbortController().signal,
    ...options,
  }
}

/** `id: status current/total`, as a client would show it. */
export function progressText({ id, status, current, total }: Progress): string {
  const numbers = current === undefined ? '' : ` ${current}/${total}`
  return `${id === undefined ? '' : `${id}: `}${status}${numbers}`
}

/** Pulls, and gives what a client would have seen. */
export async function pullText(
  { images }: Pick<TestImages, 'images'>,
  reference: Reference,
  options: Partial<PullOptions> = {},
): Promise<string[]> {
  const lines: string[] = []
  await images.pull(reference, quietly({ ...options, onProgress: line => void lines.push(progressText(line)) }))
  return lines
}

/** An image of one file with `content`. */
export async function importTar(images: Images, content: string, reference: Reference | undefined): Promise<Image> {
  return await importArchive(images, Readable.from([tarArchive([file('file', content)])]), { reference })
}

export async function importArchive(
  images: Images,
  archive: Readable,
  options: Partial<ImportOptions> = {},
): Promise<Image> {
  return await images.import(archive, {
    reference: undefined,
    platform: undefined,
    message: '',
    changes: [],
    onProgress: () => {},
    signal: new AbortController().signal,
    ...options,
  })
}

export async function loadArchive(
  images: Images,
  archive: Readable,
  options: Partial<LoadOptions> = {},
): Promise<LoadedImage[]> {
  return await images.load(archive, {
    platform: undefined,
    onProgress: () => {},
    signal: new AbortController().signal,
    ...options,
  })
}

export const ref = parseReference

/** Runs `look` on the mounted root of an image. */
export async function withRoot<T>(
  { root, snapshots }: Pick<TestImages, 'root' | 'snapshots'>,
  chainId: string,
  look: (folder: string) => T,
): Promise<T> {
  const key = `look-${chainId}`
  const target = join(root, 'look')
  mkdirSync(target, { recursive: true })
  await snapshots.prepare(key, chainId)
  try {
    for (const mount of snapshots.mounts(key)) mountAt(target, mount)
    try {
      return look(target)
    } finally {
      unmount(target)
    }
  } finally {
    await snapshots.remove(key)
  }
}

/** A data root with all that is mounted below it. */
export function removeRoot(root: string): void {
  for (const { target } of mounts()) if (target.startsWith(`${root}/`)) unmount(target)
  rmSync(root, { recursive: true })
}
