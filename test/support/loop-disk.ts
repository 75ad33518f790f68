import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unmount } from '#linux'
import { missingPrograms } from './docker-registry.ts'

/** Why there can be no such disk here; false where there can. */
export function loopSkip(): string | false {
  if (process.getuid?.() !== 0) return 'needs root'
  return existsSync('/dev/loop-control') ? missingPrograms('mkfs.ext4', 'mount') : 'needs loop devices'
}

/** A file system of its own on a file (ext4, of so many MiB and files), for what memory cannot do: mapped layers. */
export function loopDisk(megabytes: number, inodes = 10_000): Disposable & { readonly folder: string } {
  const place = mkdtempSync(join(tmpdir(), 'gantry-loop-'))
  const [image, folder] = [join(place, 'image'), join(place, 'disk')]
  writeFileSync(image, '')
  truncateSync(image, megabytes << 20)
  mkdirSync(folder)
  execFileSync('mkfs.ext4', ['-q', '-m', '0', '-N', String(inodes), '-O', '^has_journal', image])
  // The loop device goes with its mount.
  execFileSync('mount', ['-o', 'loop', image, folder])
  return {
    folder,
    [Symbol.dispose]() {
      unmount(folder)
      rmSync(place, { recursive: true })
    },
  }
}
