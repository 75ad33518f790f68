/**
 * The layer between an image and a container's own: real folders and files at every place that the engine or the
 * runtime mounts or writes something. Whatever an image puts there, a symbolic link above all, would send those
 * writes elsewhere (SAFETY S26, S29). It depends on the image alone and is shared by all of its containers.
 */
import { mkdirSync, readdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { randomId } from '#lib/ids'
import { KeyedLock } from '#lib/lock'
import { UndoStack } from '#lib/undo'
import { mountAt, RootFolder, SyscallError, unmount } from '#linux'
import type { Snapshotter } from './snapshotter.ts'

const FOLDERS = ['/dev', '/dev/pts', '/dev/shm', '/dev/mqueue', '/proc', '/sys', '/etc'] as const
const FILES = ['/.dockerenv', '/dev/console', '/etc/hostname', '/etc/hosts', '/etc/resolv.conf'] as const

/** The name of the init layer above a chain; `init:` alone for an image without layers. */
export function initLayerName(chainId: string | undefined): string {
  return `init:${chainId ?? ''}`
}

export class InitLayers {
  readonly #snapshots: Snapshotter
  readonly #folder: string
  readonly #locks = new KeyedLock()

  constructor(snapshots: Snapshotter, execRoot: string) {
    this.#snapshots = snapshots
    this.#folder = join(execRoot, 'init')
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    // What a process that was killed had mounted; its snapshot is dropped with all that no container owns.
    for (const name of readdirSync(this.#folder)) {
      unmount(join(this.#folder, name))
      rmdirSync(join(this.#folder, name))
    }
  }

  /** The name of the committed init layer above `chainId`, made if it is not there. */
  async ensure(chainId: string | undefined): Promise<string> {
    const name = initLayerName(chainId)
    if (this.#snapshots.stat(name) !== undefined) return name
    return await this.#locks.run(name, async () => {
      if (this.#snapshots.stat(name) === undefined) await this.#make(name, chainId)
      return name
    })
  }

  async #make(name: string, chainId: string | undefined): Promise<void> {
    await using undo = new UndoStack()
    const key = `init-in-progress:${randomId()}`
    await this.#snapshots.prepare(key, chainId)
    undo.defer(() => this.#snapshots.remove(key))
    const target = join(this.#folder, key.slice(-12))
    mkdirSync(target, { mode: 0o700 })
    try {
      for (const mount of this.#snapshots.mounts(key)) mountAt(target, mount)
      try {
        neutralise(target)
      } finally {
        unmount(target)
      }
    } finally {
      rmdirSync(target)
    }
    await this.#snapshots.commit(name, key)
    undo.keep()
  }
}

/** Puts plain folders and empty files where the engine will write, in the tree mounted at `target`. */
export function neutralise(target: string): void {
  using root = new RootFolder(target)
  for (const folder of FOLDERS) {
    clearWay(root, folder)
    root.makeFolders(folder, 0o755, 0, 0)
  }
  for (const file of FILES) {
    clearWay(root, file)
    root.makeFile(file, file === '/.dockerenv' ? 0o755 : 0o644)
  }
  clearWay(root, '/etc/mtab')
  root.makeSymlink('/proc/mounts', '/etc/mtab')
}

/** Takes away everything on the way to `path` that is no folder, and what stands at `path` itself unless it is one. */
function clearWay(root: RootFolder, path: string): void {
  const parts = path.split('/').filter(part => part !== '')
  for (let depth = 1; depth <= parts.length; depth++) {
    const step = `/${parts.slice(0, depth).join('/')}`
    if (!isFolder(root, step)) root.remove(step)
  }
}

function isFolder(root: RootFolder, path: string): boolean {
  try {
    return root.stat(path, { followLinks: false })?.isDirectory() === true
  } catch (error) {
    // ELOOP: a link on the way, which is not a folder for our purpose.
    if (error instanceof SyscallError && error.code === 'ELOOP') return false
    throw error
  }
}
