import type { Image } from '#image'
import { GantryError } from '#lib/errors'
import { toMillis } from '#lib/time'
import type { Digest } from '#oci'
import type { EngineDeps } from '../deps.ts'
import { type Removed, removeImageWhole } from '../image/remove.ts'
import { publish } from '../image/verbs.ts'
import { meets, type PruneConditions } from './conditions.ts'

export interface PruneImagesOptions {
  /** Only images without a tag. */
  readonly danglingOnly: boolean
  readonly conditions: PruneConditions
  /** Says what would go, and changes nothing. */
  readonly dryRun: boolean
  /** With `dryRun`: containers that are taken for removed. */
  readonly withoutContainers: readonly string[]
}

export interface PrunedImages {
  readonly removed: readonly Removed[]
  /** Bytes of the disk. */
  readonly bytes: number
}

/** Removes images that no container uses, running or not. What comes into use meanwhile stays. */
export async function pruneImages(deps: EngineDeps, options: PruneImagesOptions): Promise<PrunedImages> {
  const { dryRun, withoutContainers } = options
  const gone = new Set(dryRun ? withoutContainers : [])
  const users = () => new Set(deps.containers.list().flatMap(({ id, imageId }) => (gone.has(id) ? [] : [imageId])))
  const chosen = prunableImages(deps.images.list(), users(), options)
  if (dryRun) return await foretell(deps, chosen, gone)
  const removed: Removed[] = []
  let bytes = 0
  for (const { id } of chosen) {
    // It may have come into use, or got a name, while others were removed. From here to its removal nobody else runs.
    const [image] = prunableImages([deps.images.get(id) ?? []].flat(), users(), options)
    if (image === undefined) continue
    try {
      const done = await removeImageWhole(deps, image)
      removed.push(...done.removed)
      bytes += done.bytes
    } catch (error) {
      // It was removed, or taken into use, at the same moment.
      if (!(error instanceof GantryError) || (error.kind !== 'not-found' && error.kind !== 'conflict')) throw error
    }
  }
  publish(deps, 'prune', '', { reclaimed: String(bytes) })
  return { removed, bytes }
}

/** The images that a prune removes. */
export function prunableImages(
  images: readonly Image[],
  used: ReadonlySet<string>,
  { danglingOnly, conditions }: Pick<PruneImagesOptions, 'danglingOnly' | 'conditions'>,
): Image[] {
  return images.filter(image => {
    if (used.has(image.id) || (danglingOnly && image.tags.length > 0)) return false
    const { created, defaults } = image.config
    return meets(conditions, defaults.labels, created === undefined ? 0 : toMillis(created))
  })
}

async function foretell(deps: EngineDeps, images: readonly Image[], gone: ReadonlySet<string>): Promise<PrunedImages> {
  const ids = new Set<Digest>(images.map(({ id }) => id))
  const keep = deps.containers.ids().filter(id => !gone.has(id))
  const { bytes } = await deps.images.reclaimable(ids, keep)
  return { removed: images.map(({ id }) => ({ deleted: id })), bytes }
}
