import { lstatSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { errorCode } from '#lib/errors'
import { Failure } from '../failure.ts'
import { type CopySource, splitPath, withEndOf } from './plan.ts'

/**
 * A file or folder of this host that is to be copied. Links above it are followed; one at its end is if that is asked
 * for, or a slash follows it, and the copy is called as it was asked for.
 * @throws Failure in Docker's words
 */
export function localSource(text: string, { followLink }: { readonly followLink: boolean }): CopySource {
  const path = withEndOf(text, resolve(text))
  try {
    const found = followLink ? withEndOf(path, realpathSync(path)) : path
    return { path: found, isFolder: lstatSync(found).isDirectory(), name: splitPath(path).name }
  } catch (error) {
    const code = errorCode(error) ?? ''
    const words = WORDS[code]
    if (words === undefined) throw error
    throw new Failure(code === 'ENOTDIR' ? words : `lstat ${path}: ${words}`, undefined, error)
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'not a directory',
  EACCES: 'permission denied',
  ELOOP: 'too many levels of symbolic links',
}
