import type { Digest, Reference } from '#oci'
import type { ImageDeps } from './deps.ts'
import { nameKey, tagKey } from './record/names.ts'
import { resolveImage } from './resolve.ts'

/** Gives an image a name, which another one may lose by it. @throws NotFound, InvalidArgument */
export async function tagImage(deps: ImageDeps, nameOrId: string, reference: Reference): Promise<void> {
  const name = tagKey(reference)
  deps.records.name(name, resolveImage(deps, nameOrId).id)
  await deps.meta.durable()
}

/** Takes a name away; the image stays. A name that is not there is no error. */
export async function untagImage(deps: ImageDeps, reference: Reference): Promise<void> {
  deps.records.unname(nameKey(reference))
  await deps.meta.durable()
}

/** Takes an image and its names away; what it was made of goes with `collect`. Damaged ones too. */
export async function removeImage(deps: ImageDeps, id: Digest): Promise<void> {
  deps.records.remove(id)
  await deps.meta.durable()
}
