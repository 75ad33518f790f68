import { Failure } from '../failure.ts'
import type { Streams } from '../io/streams.ts'
import { type ImageName, parseImageName, withTag } from './reference.ts'

/**
 * The image that a pull or a push means: where neither a tag nor a digest is said, `latest`, about which the person is
 * told, or all tags. @throws Failure for a tag beside --all-tags
 */
export function askedName(
  text: string,
  flags: { readonly 'all-tags': boolean; readonly quiet: boolean },
  { out }: Pick<Streams, 'out'>,
): ImageName {
  const parsed = parseImageName(text)
  const isNameOnly = parsed.tag === undefined && parsed.digest === undefined
  if (flags['all-tags']) {
    if (!isNameOnly) throw new Failure("tag can't be used with --all-tags/-a")
    return parsed
  }
  const name = withTag(parsed)
  if (isNameOnly && !flags.quiet) out.line(`Using default tag: ${name.tag}`)
  return name
}
