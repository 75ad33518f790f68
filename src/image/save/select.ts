import { NotFound } from '#lib/errors'
import {
  familiarString,
  formatPlatform,
  formatReference,
  nameOf,
  type Platform,
  parseAnyReference,
  parseReference,
  platformMatches,
  type Reference,
} from '#oci'
import type { ImageDeps } from '../deps.ts'
import type { Image } from '../image.ts'
import { resolveImage } from '../resolve.ts'

/** An image to be saved, and the tags that are saved with it. */
export interface Selected {
  readonly image: Image
  readonly tags: readonly Reference[]
}

/**
 * What the names of a save stand for, as with Docker: a name without tag for all tags of its repository, an id for an
 * image without tags.
 * @throws NotFound, InvalidArgument
 */
export function selectImages(
  deps: Pick<ImageDeps, 'records' | 'views'>,
  names: readonly string[],
  platforms: readonly Platform[],
): Selected[] {
  const found = new Map<string, { readonly image: Image; readonly tags: Map<string, Reference> }>()
  for (const name of names) {
    for (const { image, tags } of byName(deps, name)) {
      for (const wanted of platforms) checkPlatform(name, image, wanted)
      const entry = found.get(image.id) ?? { image, tags: new Map() }
      for (const tag of tags) entry.tags.set(formatReference(tag), tag)
      found.set(image.id, entry)
    }
  }
  return [...found.values()].map(({ image, tags }) => ({ image, tags: [...tags.values()] }))
}

function byName(deps: Pick<ImageDeps, 'records' | 'views'>, name: string): Selected[] {
  const parsed = parseAnyReference(name)
  if (parsed.kind !== 'digest' && parsed.reference.tag === undefined && parsed.reference.digest === undefined) {
    const all = ofRepository(deps, nameOf(parsed.reference))
    if (all.length > 0) return all
  }
  const image = resolveImage(deps, name)
  if (parsed.kind === 'digest' || parsed.reference.tag === undefined) return [{ image, tags: [] }]
  const { reference } = parsed
  const tags = image.tags.includes(formatReference({ ...reference, digest: undefined })) ? [reference] : []
  return [{ image, tags: tags.map(tag => ({ ...tag, digest: undefined })) }]
}

function ofRepository(deps: Pick<ImageDeps, 'views'>, repository: string): Selected[] {
  return deps.views.list().flatMap(image => {
    const tags = image.tags.map(parseReference).filter(tag => nameOf(tag) === repository)
    return tags.length === 0 ? [] : [{ image, tags }]
  })
}

function checkPlatform(name: string, { config }: Image, wanted: Platform): void {
  if (platformMatches(config.platform, wanted)) return
  const parsed = parseAnyReference(name)
  const shown = parsed.kind === 'digest' ? parsed.digest : familiarString(parsed.reference)
  throw new NotFound(
    `image with reference ${shown} was found but does not provide the specified platform (${formatPlatform(wanted)})`,
  )
}
