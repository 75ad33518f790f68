import type { Digest } from '#oci'
import { type Call, header } from './call.ts'

/** True where the client says that it has it (RFC 9110, section 13.1.2). The entity tag of content is its digest. */
export function isKnownAlready(call: Call, digest: Digest): boolean {
  return tags(header(call, 'if-none-match')).some(tag => tag === digest || tag === '*')
}

/** False where a part is wanted only of something else than is here (RFC 9110, section 13.1.5). */
export function isStillWanted(call: Call, digest: Digest): boolean {
  const condition = header(call, 'if-range')
  return condition === undefined || tags(condition).includes(digest)
}

function tags(text: string | undefined): string[] {
  return (text ?? '').split(',').map(tag => tag.trim().replace(/^(?:W\/)?"?|"$/g, ''))
}
