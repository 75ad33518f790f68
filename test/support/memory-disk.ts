import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mountAt, unmount } from '#linux'

/** A file system of its own in memory, of so many MiB and files: quick, or soon full. Gone when it is disposed of. */
export function memoryDisk(megabytes: number, inodes = 100_000): Disposable & { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-disk-'))
  mountAt(folder, { type: 'tmpfs', source: 'tmpfs', options: [`size=${megabytes}m`, `nr_inodes=${inodes}`] })
  return {
    folder,
    [Symbol.dispose]() {
      unmount(folder)
      rmdirSync(folder)
    },
  }
}
