import { NotFound } from '#lib/errors'
import { type AnyReference, familiarString, parseAnyReference, withDefaultTag } from '#oci'
import type { ImageDeps } from './deps.ts'
import type { Image } from './image.ts'
import { nameKey } from './record/names.ts'

/**
 * What people call an image: a name first, then what is unique at the beginning of an id. A name that leads to a
 * damaged image leads nowhere: whoever pulls it again mends it.
 * @throws NotFound in Docker's words; InvalidArgument for what can be no name.
 */
export function resolveImage({ records, views }: Pick<ImageDeps, 'records' | 'views'>, text: string): Image {
  const reference = parseAnyReference(text)
  const ids =
    reference.kind === 'digest'
      ? [reference.digest]
      : [records.idOf(nameKey(reference.reference)), idByPrefix(records, text)]
  for (const id of ids) {
    const image = id === undefined ? undefined : views.get(id)
    if (image !== undefined) return image
  }
  throw new NotFound(`No such image: ${familiar(reference)}`)
}

function idByPrefix(records: ImageDeps['records'], text: string) {
  const hex = /^(?:sha256:)?([0-9a-f]{1,64})$/.exec(text)?.[1]
  return hex === undefined ? undefined : records.idByPrefix(hex)
}

function familiar(reference: AnyReference): string {
  return reference.kind === 'digest' ? reference.digest : familiarString(withDefaultTag(reference.reference))
}
