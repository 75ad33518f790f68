/**
 * What a copy makes of two paths, as Docker does: whether a file keeps its name or gets the last part of the
 * destination, and what a trailing slash or `/.` means. Pure.
 */
import { isAbsolute, join, normalize } from 'node:path'
import { Failure } from '../failure.ts'

export interface CopySource {
  readonly path: string
  readonly isFolder: boolean
  /** What an archive of it calls it. */
  readonly name: string
}

export interface CopyTarget {
  readonly path: string
  /** Undefined where nothing is there. */
  readonly isFolder: boolean | undefined
}

export interface CopyPlan {
  /** The folder that the archive is unpacked in. */
  readonly folder: string
  /** What the source is called there. */
  readonly name: string
}

/** @throws Failure in Docker's words */
export function planCopy(source: CopySource, target: CopyTarget): CopyPlan {
  if (target.isFolder === true) return { folder: target.path, name: source.name }
  if (target.isFolder === false && source.isFolder) throw new Failure('cannot copy directory')
  if (target.isFolder === undefined && !source.isFolder && wantsFolder(target.path)) {
    throw new Failure('no such directory')
  }
  const { folder, name } = splitPath(target.path)
  return { folder, name }
}

/** `a/b/` and `a/b` are `b` in `a`; `a/b/.` is `.` in `a/b`. */
export function splitPath(path: string): { folder: string; name: string } {
  const clean = withoutSlash(normalize(path))
  if (/(^|\/)\.$/.test(path)) return { folder: clean, name: '.' }
  const at = clean.lastIndexOf('/')
  if (at < 0) return { folder: '.', name: clean }
  return { folder: at === 0 ? '/' : clean.slice(0, at), name: clean.slice(at + 1) || '/' }
}

export function wantsFolder(path: string): boolean {
  return /(^|\/)\.?$/.test(path)
}

/** The end of `path` that asks for a folder, on `found`, which has none. */
export function withEndOf(path: string, found: string): string {
  const end = /\/?\.$|\/$/.exec(path)?.[0] ?? ''
  if (end === '' || !wantsFolder(path)) return found
  const slash = found.endsWith('/') ? '' : '/'
  return `${found}${slash}${end.endsWith('.') ? '.' : ''}`
}

/** Where a link leads, seen from its own folder. */
export function linkedPath(link: string, target: string): string {
  return isAbsolute(target) ? target : join(splitPath(link).folder, target)
}

/** Puts `name` in the place of the first part of a member's name, which stands for the source itself. */
export function renamed(member: string, source: string, name: string): string {
  const old = source === '/' ? '' : source
  return member === old || member.startsWith(`${old}/`) ? name + member.slice(old.length) : member
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}
