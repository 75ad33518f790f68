import { NotFound } from '#lib/errors'
import type { ImageDeps } from './deps.ts'
import type { Image } from './image.ts'
import type { Publication } from './record/records.ts'

/**
 * Makes images known whose blobs and snapshots are there: files first, then records, and nobody is told before both
 * are on the disk. @throws NoSpace
 */
export async function publishImages(deps: ImageDeps, images: readonly Publication[]): Promise<Image[]> {
  await deps.snapshots.sync()
  deps.records.publish(images)
  await deps.meta.durable()
  return images.map(({ id }) => {
    const image = deps.views.get(id)
    if (image === undefined) throw new NotFound(`No such image: ${id}`, { fix: 'it was removed at the same moment' })
    return image
  })
}
