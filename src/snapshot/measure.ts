import { constants } from 'node:fs'
import { lstat, open, readdir } from 'node:fs/promises'
import { errorCode } from '#lib/errors'
import type { Usage } from './snapshotter.ts'

/** So many names of 255 bytes, and the folder's own path before them, fit into a path of 4096. */
const DEPTH_MAX = 12
const SLASH = Buffer.from('/')

/**
 * What a file or folder takes, like du: every inode once, in its blocks; and what its files hold. A container may be at
 * work in it: what goes meanwhile counts as nothing, and neither names that are no UTF-8 nor trees deeper than a path
 * can say are in the way.
 */
export async function measure(folder: string): Promise<Usage> {
  const seen = new Set<number>()
  let bytes = 0
  let contentBytes = 0
  const visit = async (path: Buffer, depth: number): Promise<void> => {
    const stat = await lstat(path)
    if (!seen.has(stat.ino)) {
      seen.add(stat.ino)
      bytes += stat.blocks * 512
      if (!stat.isDirectory()) contentBytes += stat.size
    }
    if (!stat.isDirectory()) return
    if (depth === DEPTH_MAX) await below(path)
    else await children(path, depth)
  }
  const children = async (path: Buffer, depth: number): Promise<void> => {
    for (const name of await readdir(path, 'buffer')) {
      await visit(Buffer.concat([path, SLASH, name]), depth + 1).catch(ignoreAbsent)
    }
  }
  /** Goes on with a descriptor of the folder as the beginning of paths. */
  const below = async (path: Buffer): Promise<void> => {
    await using held = await open(path, constants.O_DIRECTORY | constants.O_NOFOLLOW)
    await children(Buffer.from(`/proc/self/fd/${held.fd}`), 0)
  }
  await visit(Buffer.from(folder), 0).catch(ignoreAbsent)
  return { bytes, contentBytes, inodes: seen.size }
}

function ignoreAbsent(error: unknown): void {
  if (errorCode(error) !== 'ENOENT') throw error
}
