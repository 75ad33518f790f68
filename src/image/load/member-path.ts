import { InvalidArgument } from '#lib/errors'
import { quoted } from '#lib/printable'

/**
 * A name in an archive as a path in it, without `.`, `..` and doubled slashes. Nothing is ever written under it.
 * @throws InvalidArgument for one that is absolute or leads out (SAFETY S78)
 */
export function memberPath(name: string): string {
  if (name.startsWith('/')) throw new InvalidArgument(`invalid archive: ${quoted(name)} is an absolute path`)
  const parts: string[] = []
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) {
      throw new InvalidArgument(`invalid archive: ${quoted(name)} leads out of the archive`)
    }
  }
  return parts.join('/')
}

/** Where the symbolic link `member` leads. @throws InvalidArgument as above */
export function linkTarget(member: string, to: string): string {
  if (to.startsWith('/')) throw new InvalidArgument(`invalid archive: ${quoted(member)} links to ${quoted(to)}`)
  const folder = member.slice(0, member.lastIndexOf('/') + 1)
  return memberPath(`${folder}${to}`)
}
