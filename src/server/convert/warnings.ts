import type { Image } from '#image'

/** What an image asks for on its own account that this version does not do: its user is told when a container is made. */
export function imageWarnings(image: Image): string[] {
  const warnings: string[] = []
  for (const volume of image.config.defaults.volumes) {
    warnings.push(
      `No volume is made for ${volume}, which the image declares: what is written there stays in the container.`,
    )
  }
  return warnings
}
