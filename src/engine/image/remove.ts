import type { Image } from '#image'
import { Conflict } from '#lib/errors'
import { shortId } from '#lib/ids'
import { chainIds, familiarString, nameOf, parseReference, type Reference, withDefaultTag } from '#oci'
import type { ContainerRecord } from '../container/record.ts'
import { isAlive } from '../container/state.ts'
import type { EngineDeps } from '../deps.ts'
import { publish } from './verbs.ts'

export type Removed = { readonly untagged: string } | { readonly deleted: string }

/**
 * Takes a name of an image away, and the image with its last name; by id, the image with all of its names.
 * @throws NotFound, Conflict (used by a container, several names) in Docker's words
 */
export async function removeImage(
  deps: EngineDeps,
  nameOrId: string,
  options: { readonly force: boolean },
): Promise<Removed[]> {
  const image = deps.images.resolve(nameOrId)
  const names = [...image.tags, ...image.repoDigests]
  const reference = matchingName(image, nameOrId)
  if (reference !== undefined && hasOtherNames(image, reference)) {
    return await untag(deps, image, [reference, ...orphanedDigests(image, reference)])
  }
  if (reference === undefined && !hasOneName(image) && !options.force) {
    throw new Conflict(`${conflict(image, 'must be forced')} - image is referenced in multiple repositories`)
  }
  const users = deps.containers.list().filter(record => record.imageId === image.id)
  if (reference === undefined) checkUse(image, users, options.force)
  else if (users[0] !== undefined && !options.force) throw nameInUse(image, reference, users[0])
  if (users.some(isAlive)) return await untag(deps, image, names.map(parseReference)) // By name and force: the container keeps its image, without a name.
  return (await removeImageWhole(deps, image)).removed
}

/** All names of an image and the image; nobody is asked. It is gone before the call first waits. */
export async function removeImageWhole(
  deps: EngineDeps,
  image: Image,
): Promise<{ readonly removed: Removed[]; readonly bytes: number }> {
  const isThere = (name: string) => deps.snapshots.stat(name) !== undefined
  // Its own layers, uppermost first, whoever collects them: other images may be removed at this moment.
  const own = chainIds(image.config.diffIds).filter(isThere).reverse()
  await deps.images.remove(image.id)
  const names = [...image.tags, ...image.repoDigests].map(name => familiarString(parseReference(name)))
  for (const name of names) publish(deps, 'untag', image.id, { name })
  publish(deps, 'delete', image.id, { name: image.id })
  const { bytes } = await deps.images.collect(deps.containers.ids())
  const layers = own.filter(name => !isThere(name)).map(name => ({ deleted: name }))
  return { removed: [...names.map(untagged => ({ untagged })), { deleted: image.id }, ...layers], bytes }
}

/** The name of the image that the text is; undefined where the text is (the beginning of) its id. */
function matchingName(image: Image, text: string): Reference | undefined {
  try {
    const reference = withDefaultTag(parseReference(text))
    const familiar = familiarString(reference)
    const names = [...image.tags, ...image.repoDigests].map(name => familiarString(parseReference(name)))
    return names.includes(familiar) ? reference : undefined
  } catch {
    return undefined
  }
}

/** A name keeps the image only beside another tag: repository digests go with the last tag. */
function hasOtherNames(image: Image, reference: Reference): boolean {
  const familiar = familiarString(reference)
  return image.tags.some(tag => familiarString(parseReference(tag)) !== familiar)
}

/** Repository digests stay only beside a tag of their repository. */
function orphanedDigests(image: Image, removed: Reference): Reference[] {
  const tags = image.tags.map(parseReference).filter(tag => familiarString(tag) !== familiarString(removed))
  if (tags.some(tag => nameOf(tag) === nameOf(removed))) return []
  return image.repoDigests.map(parseReference).filter(digest => nameOf(digest) === nameOf(removed))
}

/** One name at most, beside digests of the same repository. */
function hasOneName({ tags, repoDigests }: Image): boolean {
  if (tags.length + repoDigests.length <= 1) return true
  return tags.length <= 1 && new Set([...tags, ...repoDigests].map(name => name.replace(/[:@][^/]*$/, ''))).size === 1
}

async function untag(deps: EngineDeps, image: Image, references: readonly Reference[]): Promise<Removed[]> {
  for (const reference of references) {
    await deps.images.untag(reference)
    publish(deps, 'untag', image.id, { name: familiarString(reference) })
  }
  return references.map(reference => ({ untagged: familiarString(reference) }))
}

/** Running containers keep their image whatever is said; others only without `force`. */
function checkUse(image: Image, users: readonly ContainerRecord[], force: boolean): void {
  const running = users.find(isAlive)
  if (running !== undefined) {
    throw new Conflict(
      `${conflict(image, 'cannot be forced')} - image is being used by running container ${shortId(running.id)}`,
    )
  }
  const stopped: ContainerRecord | undefined = users[0]
  if (stopped !== undefined && !force) {
    throw new Conflict(
      `${conflict(image, 'must be forced')} - image is being used by stopped container ${shortId(stopped.id)}`,
    )
  }
}

function nameInUse(image: Image, reference: Reference, user: ContainerRecord): Conflict {
  return new Conflict(
    `conflict: unable to remove repository reference "${familiarString(reference)}" (must force) - container ${shortId(user.id)} is using its referenced image ${shortId(hexPart(image.id))}`,
  )
}

function conflict(image: Image, how: string): string {
  return `conflict: unable to delete ${shortId(hexPart(image.id))} (${how})`
}

function hexPart(id: string): string {
  return id.slice(id.indexOf(':') + 1)
}
