import { resolve } from 'node:path'

/** What `-v` says: a path that gets an anonymous volume, or a bind of a path or a named volume. */
export type VolumeFlag =
  | { readonly kind: 'anonymous'; readonly target: string }
  | { readonly kind: 'bind'; readonly bind: string }

/** @throws in Docker's words */
export function readVolume(text: string): VolumeFlag {
  if (text === '') throw new Error('invalid empty volume spec')
  const sections = text.length <= 2 ? [text] : sectionsOf(text)
  const [source = '', target, ...options] = sections
  if (sections.includes('')) throw new Error(`invalid spec: ${text}: empty section between colons`)
  if (target === undefined) return { kind: 'anonymous', target: text }
  if (options.length > 1) throw new Error(`invalid spec: ${text}: too many colons`)
  if (!source.startsWith('.')) return { kind: 'bind', bind: text }
  return { kind: 'bind', bind: resolve(source) + text.slice(source.length) }
}

/** Split at colons, besides the one behind a letter that stands alone: Docker takes it for a drive of Windows. */
function sectionsOf(text: string): string[] {
  const sections: string[] = []
  for (const part of text.split(':')) {
    const drive = sections.at(-1)
    if (drive !== undefined && /^[a-zA-Z]$/.test(drive)) sections.splice(-1, 1, `${drive}:${part}`)
    else sections.push(part)
  }
  return sections
}
