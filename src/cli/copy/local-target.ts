import { lstatSync, readlinkSync, statSync } from 'node:fs'
import { dirname, normalize, resolve } from 'node:path'
import { Failure } from '../failure.ts'
import { type CopyTarget, linkedPath, withEndOf } from './plan.ts'

/** Links that a destination may lead over. */
const LINKS_MAX = 10

/** Where on this host a copy is to go. @throws Failure in Docker's words */
export function localTarget(text: string): CopyTarget {
  const path = withEndOf(text, resolve(text))
  checkPath(path)
  let at = path
  for (let links = 0; links <= LINKS_MAX; links++) {
    const stat = lstatSync(at, { throwIfNoEntry: false })
    if (stat === undefined) return { path: at, isFolder: undefined }
    if (!stat.isSymbolicLink()) return { path: at, isFolder: stat.isDirectory() }
    at = linkedPath(at, readlinkSync(at))
  }
  throw new Failure(`too many symlinks in ${JSON.stringify(path)}`)
}

function checkPath(path: string): void {
  const folder = dirname(normalize(path).replace(/(.)\/$/, '$1'))
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) {
    throw new Failure(`invalid output path: directory ${JSON.stringify(folder)} does not exist`)
  }
  const there = statSync(path.replace(/(.)\/\.?$/, '$1'), { throwIfNoEntry: false })
  if (there?.isCharacterDevice() || there?.isBlockDevice()) {
    const problem = 'must be a directory or a regular file: got a device'
    throw new Failure(`invalid output path: ${JSON.stringify(path)} ${problem}`)
  }
}
