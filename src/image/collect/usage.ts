import { stat } from 'node:fs/promises'
import { type Digest, isDigest } from '#oci'
import { initLayerName } from '#snapshot'
import type { ImageDeps } from '../deps.ts'
import { findNeeds } from './needs.ts'

/** Something of the disk that images have to do with. */
export interface ImagePart {
  readonly kind: 'blob' | 'layer' | 'partial'
  readonly name: string
  /** On the disk. */
  readonly bytes: number
  /** Images that need it. */
  readonly images: readonly Digest[]
  /** Needed by `keep`, or by an operation under way, where no image needs it. */
  readonly isKept: boolean
}

const BLOCK = 512

/** Every blob, layer and begun blob once, with those who need it; the snapshots in `keep` themselves left out. */
export async function imageParts(deps: ImageDeps, keep: ReadonlySet<string>): Promise<ImagePart[]> {
  const owners = ownersOf(deps)
  const needs = findNeeds(deps, keep)
  const parts: ImagePart[] = []
  for (const { key } of deps.snapshots.list().filter(info => !keep.has(info.key))) {
    const bytes = await deps.snapshots.footprint(key).catch(() => 0)
    parts.push(part('layer', key, bytes, owners, needs.snapshots))
  }
  for await (const { digest, size } of deps.content.list()) {
    const blocks = await stat(deps.content.path(digest))
      .then(file => file.blocks * BLOCK)
      .catch(() => size)
    parts.push(part('blob', digest, blocks, owners, needs.blobs))
  }
  for (const { key, size } of await deps.content.ingests()) {
    parts.push({ kind: 'partial', name: key, bytes: size, images: [], isKept: true })
  }
  return parts
}

function part(
  kind: 'blob' | 'layer',
  name: string,
  bytes: number,
  owners: ReadonlyMap<string, readonly Digest[]>,
  needed: ReadonlySet<string>,
): ImagePart {
  const images = owners.get(name) ?? []
  return { kind, name, bytes, images, isKept: images.length === 0 && needed.has(name) }
}

/** Images by what they need: blobs, unpacked layers and what is made of them for containers. */
function ownersOf({ records, views, layerBlobs }: ImageDeps): ReadonlyMap<string, readonly Digest[]> {
  const owners = new Map<string, Digest[]>()
  for (const entry of records.entries()) {
    if (!isDigest(entry.key)) continue
    const chain = views.chainIds(entry.key)
    const blobs = 'value' in entry ? entry.value.blobs : []
    const unpacked = chain.flatMap(chainId => layerBlobs.get(chainId) ?? [])
    for (const name of new Set([entry.key, ...blobs, ...unpacked, ...chain, initLayerName(chain.at(-1))])) {
      owners.set(name, [...(owners.get(name) ?? []), entry.key])
    }
  }
  return owners
}
