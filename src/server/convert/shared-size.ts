import type { Image } from '#image'

/** Layers that begin alike in several images: one node for each layer on each distinct stack below it. */
interface Stacked {
  images: number
  readonly above: Map<string, Stacked>
}

/**
 * How many bytes of an image's layers others of `images` have too, as `GET /images/json?shared-size=1` tells it. A layer
 * is the same where everything below it is.
 */
export function sharedSizes(images: readonly Image[]): (image: Image) => number {
  const bottom: Stacked = { images: 0, above: new Map() }
  for (const { config } of images) {
    let at = bottom
    for (const diffId of config.diffIds) {
      const next = at.above.get(diffId) ?? { images: 0, above: new Map() }
      at.above.set(diffId, next)
      next.images++
      at = next
    }
  }
  return ({ config, layerSizes }) => {
    let bytes = 0
    let at: Stacked | undefined = bottom
    for (const [number, diffId] of config.diffIds.entries()) {
      at = at.above.get(diffId)
      if (at === undefined || at.images < 2) break
      bytes += layerSizes[number] ?? 0
    }
    return bytes
  }
}
