import { TAR_END, type TarMember, tarHeader, tarPadding } from '#lib/tar/writer'

export type ArchiveMember = TarMember & { readonly content?: string | Uint8Array }

/** An archive as our own writer makes it. */
export function tarArchive(members: readonly ArchiveMember[]): Buffer {
  const parts: Uint8Array[] = []
  for (const { content = '', ...member } of members) {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    const size = member.type === 'file' ? { size: bytes.length } : {}
    parts.push(tarHeader({ mode: member.type === 'dir' ? 0o755 : 0o644, ...member, ...size }))
    if (member.type === 'file') parts.push(bytes, tarPadding(bytes.length))
  }
  return Buffer.concat([...parts, TAR_END])
}

export const file = (name: string, content: string | Uint8Array): ArchiveMember => ({ type: 'file', name, content })
export const folder = (name: string): ArchiveMember => ({ type: 'dir', name })
export const symlink = (name: string, linkName: string): ArchiveMember => ({ type: 'symlink', name, linkName })
