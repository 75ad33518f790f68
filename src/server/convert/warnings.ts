import type { Image } from '#image'

/** What an image asks for on its own account that this version does not do: its user is told when a container is made. */
export function imageWarnings(image: Image): string[] {
  const { healthcheck, volumes } = image.config.defaults
  const warnings: string[] = []
  if (healthcheck !== undefined && healthcheck.test.length > 0 && healthcheck.test[0] !== 'NONE') {
    warnings.push("The image's HEALTHCHECK is not run by this version of Gantry.")
  }
  for (const volume of volumes) {
    warnings.push(
      `No volume is made for ${volume}, which the image declares: what is written there stays in the container.`,
    )
  }
  return warnings
}
