import { type Digest, isDigest } from '#oci'
import { initLayerName, type SnapshotInfo } from '#snapshot'
import type { ImageDeps } from '../deps.ts'

/** What must stay, operations under way apart. */
export interface Needs {
  readonly blobs: ReadonlySet<Digest>
  readonly snapshots: ReadonlySet<string>
}

/** What is to be looked through, of which reading is enough. */
export interface NeedsSource {
  readonly records: Pick<ImageDeps['records'], 'entries'>
  readonly views: Pick<ImageDeps['views'], 'chainIds'>
  readonly snapshots: Pick<ImageDeps['snapshots'], 'list'>
  readonly layerBlobs: Pick<ImageDeps['layerBlobs'], 'get'>
}

/**
 * What images need, damaged ones included as far as they can be read, and the snapshots in `keep`; with everything
 * below, the blobs that those layers came from, and the init layers of images, which their next containers will want.
 */
export function findNeeds({ records, views, snapshots, layerBlobs }: NeedsSource, keep: Iterable<string>): Needs {
  const blobs = new Set<Digest>()
  const roots = new Set<string>(keep)
  for (const entry of records.entries()) {
    if (!isDigest(entry.key)) continue
    blobs.add(entry.key)
    if ('value' in entry) for (const blob of entry.value.blobs) blobs.add(blob)
    const chainId = views.chainIds(entry.key).at(-1)
    if (chainId !== undefined) roots.add(chainId)
    roots.add(initLayerName(chainId))
  }
  const needed = withParents(roots, snapshots.list())
  for (const name of needed) {
    const blob = layerBlobs.get(name)
    if (blob !== undefined) blobs.add(blob)
  }
  return { blobs, snapshots: needed }
}

/** The names with those of all snapshots below them. */
function withParents(names: Iterable<string>, all: readonly SnapshotInfo[]): ReadonlySet<string> {
  const parents = new Map(all.map(({ key, parent }) => [key, parent]))
  const found = new Set<string>()
  for (const name of names) {
    for (let at: string | undefined = name; at !== undefined && !found.has(at); at = parents.get(at)) found.add(at)
  }
  return found
}

/** Snapshots in an order in which each stands on nothing that is left when its turn comes: highest first. */
export function highestFirst(all: readonly SnapshotInfo[]): SnapshotInfo[] {
  const byKey = new Map(all.map(info => [info.key, info]))
  const heights = new Map<string, number>()
  const height = (info: SnapshotInfo | undefined): number => {
    let above = 0
    const way: string[] = []
    for (let at = info; at !== undefined; at = at.parent === undefined ? undefined : byKey.get(at.parent)) {
      const known = heights.get(at.key)
      if (known !== undefined) {
        above = known
        break
      }
      way.push(at.key)
    }
    for (const key of way.reverse()) heights.set(key, ++above)
    return above
  }
  return [...all].sort((a, b) => height(b) - height(a))
}
