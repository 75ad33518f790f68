import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { TAR_END, type TarMember, tarHeader, tarPadding } from '#lib/tar/writer'

export type Member = TarMember & { readonly content?: string | Buffer }

/** A tar of these members. */
export function tarOf(members: readonly Member[]): Buffer {
  const parts: Uint8Array[] = []
  for (const { content = '', ...member } of members) {
    const bytes = Buffer.from(content)
    const size = member.type === 'file' ? { size: bytes.length } : {}
    parts.push(tarHeader({ mode: 0o644, ...member, ...size }), bytes, tarPadding(bytes.length))
  }
  return Buffer.concat([...parts, TAR_END])
}

/** Root file system with the host's static busybox, its commands as links, and two accounts. */
export function busyboxMembers(): Member[] {
  const commands = execFileSync('/bin/busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n')
  const folders = ['bin', 'etc', 'root', 'tmp', 'var', 'home', 'usr', 'usr/bin']
  return [
    ...folders.map(name => ({ type: 'dir' as const, name, mode: name === 'tmp' ? 0o1777 : 0o755 })),
    { type: 'file', name: 'bin/busybox', mode: 0o755, content: readFileSync('/bin/busybox') },
    ...commands
      .filter(name => name !== 'busybox')
      .map(name => ({ type: 'symlink' as const, name: `bin/${name}`, linkName: 'busybox', mode: 0o777 })),
    {
      type: 'file',
      name: 'etc/passwd',
      content:
        'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\nuser:x:1000:1000::/home:/bin/sh\n',
    },
    {
      type: 'file',
      name: 'etc/group',
      content: 'root:x:0:\nwheel:x:10:root\nusers:x:100:user\nnogroup:x:65534:\nuser:x:1000:\n',
    },
  ]
}

export function busyboxArchive(extra: readonly Member[] = []): Buffer {
  return tarOf([...busyboxMembers(), ...extra])
}
