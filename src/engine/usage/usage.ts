import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Image, ImagePart } from '#image'
import { folderUsage } from '#snapshot'
import { containerFolder } from '../container/folder.ts'
import type { ContainerRecord } from '../container/record.ts'
import { isAlive } from '../container/state.ts'
import type { EngineDeps } from '../deps.ts'

/** Where the disk went: every byte below the data root belongs to one of these. */
export interface DiskUsage {
  /** Bytes of all images together, what they share counted once. */
  readonly imagesTotal: number
  readonly images: readonly ImageUsage[]
  readonly containers: readonly ContainerUsage[]
  /** What belongs to no image and no container. */
  readonly other: readonly OtherUsage[]
  readonly total: number
}

export interface ImageUsage {
  readonly image: Image
  readonly bytes: number
  /** Of these, what other images need as well. */
  readonly shared: number
  readonly containers: number
  readonly why: string
}

export interface ContainerUsage {
  readonly record: ContainerRecord
  readonly bytes: number
  readonly why: string
}

export interface OtherUsage {
  readonly name: string
  readonly bytes: number
  readonly why: string
}

const BLOCK = 512

/** Folders below the data root that are looked into one by one. */
const KNOWN_FOLDERS = new Set(['content', 'snapshots', 'containers'])

/** Measures; nothing is held up meanwhile, so that what changes under way may be counted as it was. */
export async function diskUsage(deps: EngineDeps): Promise<DiskUsage> {
  const records = deps.containers.list()
  const parts = await deps.images.parts(deps.containers.ids())
  const images = deps.images.list().map(image => imageUsage(image, parts, records))
  const containers: ContainerUsage[] = []
  for (const record of records) {
    const [layer, files] = await Promise.all([
      deps.snapshots.footprint(record.id).catch(() => 0),
      folderUsage(containerFolder(deps, record.id)).catch(() => ({ bytes: 0 })),
    ])
    containers.push({ record, bytes: layer + files.bytes, why: whyContainer(record) })
  }
  const imagesTotal = sum(parts.filter(part => part.images.length > 0))
  const other = [...unowned(parts), ...(await engineFiles(deps, records))]
  return { imagesTotal, images, containers, other, total: imagesTotal + sum(containers) + sum(other) }
}

function imageUsage(image: Image, parts: readonly ImagePart[], records: readonly ContainerRecord[]): ImageUsage {
  const own = parts.filter(part => part.images.includes(image.id))
  const users = records.filter(record => record.imageId === image.id)
  return {
    image,
    bytes: sum(own),
    shared: sum(own.filter(part => part.images.length > 1)),
    containers: users.length,
    why: whyImage(image, users),
  }
}

function whyImage({ tags }: Image, users: readonly ContainerRecord[]): string {
  const running = users.filter(isAlive).length
  const [first] = users
  if (first === undefined)
    return tags.length > 0 ? 'has a name; no container uses it' : 'dangling; no container uses it'
  const others = users.length === 1 ? '' : ` and ${users.length - 1} more`
  return `used by ${running > 0 ? 'running' : 'stopped'} container ${first.name}${others}`
}

function whyContainer({ state }: ContainerRecord): string {
  return state.status === 'running' ? 'running' : state.status === 'created' ? 'created, never started' : 'stopped'
}

function unowned(parts: readonly ImagePart[]): OtherUsage[] {
  const of = (name: string, why: string, chosen: readonly ImagePart[]) =>
    chosen.length === 0 ? [] : [{ name, bytes: sum(chosen), why }]
  const free = parts.filter(({ images }) => images.length === 0)
  const partial = free.filter(({ kind }) => kind === 'partial')
  const kept = free.filter(({ kind, isKept }) => kind !== 'partial' && isKept)
  const unneeded = free.filter(({ kind, isKept }) => kind !== 'partial' && !isKept)
  return [
    ...of('layers of removed images', 'containers stand on them', kept),
    ...of('partial downloads', 'another attempt goes on from there, within a day', partial),
    ...of('unneeded layers', 'of an operation under way, or removed with the next image', unneeded),
  ]
}

/** Records, folders, and whatever else lies below the data root. */
async function engineFiles(
  { config, snapshots }: EngineDeps,
  records: readonly ContainerRecord[],
): Promise<OtherUsage[]> {
  let bytes = (await snapshots.overhead()) + folderBytes(config.dataRoot)
  for (const name of readdirSync(config.dataRoot)) {
    const path = join(config.dataRoot, name)
    bytes += KNOWN_FOLDERS.has(name) ? folderBytes(path) : (await folderUsage(path).catch(() => ({ bytes: 0 }))).bytes
  }
  for (const path of ['content/blobs', 'content/blobs/sha256', 'content/blobs/sha512', 'content/ingest']) {
    bytes += folderBytes(join(config.dataRoot, path))
  }
  const known = new Set(records.map(({ id }) => id))
  const strays = readdirSync(join(config.dataRoot, 'containers')).filter(name => !known.has(name))
  const stray = await Promise.all(strays.map(name => folderUsage(join(config.dataRoot, 'containers', name))))
  return [
    { name: 'records', bytes, why: 'what the engine knows' },
    ...(stray.length === 0
      ? []
      : [{ name: 'folders without a record', bytes: sum(stray), why: 'their records do not parse' }]),
  ]
}

/** Of the folder itself. */
function folderBytes(path: string): number {
  return (statSync(path, { throwIfNoEntry: false })?.blocks ?? 0) * BLOCK
}

function sum(items: readonly { readonly bytes: number }[]): number {
  return items.reduce((total, { bytes }) => total + bytes, 0)
}
