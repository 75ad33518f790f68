import { posix } from 'node:path'
import { errorText, InvalidArgument } from '#lib/errors'
import type { RootFolder } from '#linux'

/**
 * The working folder of a process as the container sees it: absolute and clean.
 * @throws InvalidArgument for one in /proc or /dev/fd, through which descriptors of the runtime could be reached
 * (CVE-2024-21626, SAFETY S27)
 */
export function parseWorkingFolder(text: string): string {
  if (text === '') return '/'
  if (!text.startsWith('/')) {
    throw new InvalidArgument(`the working directory '${text}' is invalid, it needs to be an absolute path`)
  }
  if (text.includes('\0')) throw new InvalidArgument('the working directory holds a NUL character')
  const path = posix.resolve('/', text)
  refuseDescriptors(path, text)
  return path
}

function refuseDescriptors(path: string, text: string): void {
  if (!/^\/(proc|dev\/fd)(\/|$)/.test(path)) return
  throw new InvalidArgument(`the working directory '${text}' is refused: it leads to descriptors of other processes`)
}

/**
 * Checks where links on the way to a working folder lead. One that is not in the root may lie in a mount of the
 * container, and is the OCI runtime's to find.
 */
export function checkWorkingFolder(root: RootFolder, path: string): void {
  if (path === '/' || root.stat(path) === undefined) return
  refuseDescriptors(root.realPath(path), path)
}

/** Makes the working folder where the image has none, inside the root, and checks where links on the way lead. */
export function prepareWorkingFolder(root: RootFolder, path: string): void {
  if (path === '/') return
  let real: string
  try {
    root.makeFolders(path, 0o755, 0, 0)
    real = root.realPath(path)
  } catch (error) {
    throw new InvalidArgument(`cannot use working directory ${path}: ${errorText(error)}`, { cause: error })
  }
  refuseDescriptors(real, path)
}
