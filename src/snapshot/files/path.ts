import { SystemError } from '#lib/errors'
import { errnoWords, type RootFolder, SyscallError, type TreeFile } from '#linux'

/** A path in a container as its user wrote it. */
export interface WrittenPath {
  /** Absolute, without `..`; a trailing slash or `/.` is kept, because it asks for what a link leads to. */
  readonly path: string
  /** What an archive of it calls it: its last part as written, which may be `.` or `/`. */
  readonly name: string
}

/** What is known of a path in a container. */
export interface PathFacts {
  readonly name: string
  readonly size: bigint
  /** As stat(2) has it: type and permissions. */
  readonly mode: number
  readonly mtime: bigint
  /** Where a symbolic link leads at last; '' for what is none. */
  readonly linkTarget: string
}

/** Links on one way, as many as Docker follows. */
const LINKS_MAX = 255

export function writtenPath(text: string): WrittenPath {
  const parts: string[] = []
  for (const part of text.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  const name = /([^/]*)\/*$/.exec(text)?.[1] ?? ''
  const wantsTarget = parts.length > 0 && /(^|\/)\.?$/.test(text)
  return { path: `/${parts.join('/')}${wantsTarget ? '/.' : ''}`, name: name === '' ? '/' : name }
}

/** Holds what is at a path; a link at its end is not followed. @throws SyscallError ENOENT, SystemError in Docker's words */
export function holdPath(root: RootFolder, { path }: WrittenPath, text: string): TreeFile {
  try {
    return root.hold(path)
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code === 'ENOENT') throw error
    throw new SystemError(lstatWords(text, error), { cause: error })
  }
}

/** What Docker says of a path that leads nowhere it could. */
export function lstatWords(text: string, { code }: SyscallError): string {
  return `lstat /${text.replace(/^\/+/, '')}: ${errnoWords(code) ?? code}`
}

/** @throws SyscallError ENOENT, SystemError */
export function pathFacts(root: RootFolder, text: string): PathFacts {
  const written = writtenPath(text)
  using file = holdPath(root, written, text)
  return factsOf(root, written, file)
}

export function factsOf(root: RootFolder, { path, name }: WrittenPath, { kind, stat }: TreeFile): PathFacts {
  const linkTarget = kind === 'symlink' ? finalTarget(root, path) : ''
  return { name, size: stat.size, mode: Number(stat.mode), mtime: stat.mtimeNs, linkTarget }
}

/** Where a path leads once every link is followed, whether something is there or not. Text alone: nothing is opened by it. */
function finalTarget(root: RootFolder, path: string): string {
  const rest = path.split('/')
  let at: string[] = []
  for (let links = 0; rest.length > 0; ) {
    const part = rest.shift() ?? ''
    if (part === '' || part === '.') continue
    if (part === '..') {
      at.pop()
      continue
    }
    const target = linkAt(root, `/${[...at, part].join('/')}`)
    if (target === undefined) {
      at.push(part)
      continue
    }
    if (++links > LINKS_MAX) throw new SystemError(`evalSymlinksInScope: too many links in ${path}`)
    if (target.startsWith('/')) at = []
    rest.unshift(...target.split('/'))
  }
  return `/${at.join('/')}`
}

function linkAt(root: RootFolder, path: string): string | undefined {
  try {
    return root.linkTarget(path)
  } catch (error) {
    // Of what cannot be looked at, the name is the end.
    if (error instanceof SyscallError) return undefined
    throw error
  }
}
