import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { Conflict } from '#lib/errors'
import { mountAt, unmount } from '#linux'
import type { ProcessSettings } from './spec/settings.ts'
import { type SpecSharedMemory, sharedMemoryOptions } from './spec/shared-memory.ts'

/**
 * The /dev/shm of containers that share it: mounted on the host, where others can be given it as well. One lives as
 * long as its container's task; whoever has joined keeps what is in it.
 */
export class SharedMemories {
  readonly #folder: string

  constructor(execRoot: string) {
    this.#folder = sharedMemoryFolder(execRoot)
  }

  /** What the container `id` gets. @throws Conflict for another container's that is not there */
  provide(id: string, { sharedMemory, shmSize }: Pick<ProcessSettings, 'sharedMemory' | 'shmSize'>): SpecSharedMemory {
    switch (sharedMemory.kind) {
      case 'private':
        return { kind: 'own', size: shmSize }
      case 'shareable':
        return { kind: 'bind', source: this.#make(id, shmSize) }
      case 'of':
        return { kind: 'bind', source: this.#present(sharedMemory.container) }
      case 'host':
        return { kind: 'bind', source: '/dev/shm' }
      case 'none':
        return { kind: 'none' }
    }
  }

  /** Idempotent. */
  remove(id: string): void {
    const path = join(this.#folder, id)
    if (!existsSync(path)) return
    while (unmount(path));
    rmdirSync(path)
  }

  #make(id: string, size: number): string {
    const path = join(this.#folder, id)
    this.remove(id)
    mkdirSync(path, { recursive: true, mode: 0o711 })
    mountAt(path, { type: 'tmpfs', source: 'shm', options: sharedMemoryOptions(size) })
    return path
  }

  #present(container: string): string {
    const path = join(this.#folder, container)
    if (existsSync(path)) return path
    throw new Conflict(
      `cannot join the shared memory of container ${container}, which is not running or not shareable`,
      {
        fix: 'start it with --ipc shareable',
      },
    )
  }
}

export function sharedMemoryFolder(execRoot: string): string {
  return join(execRoot, 'shm')
}

/** Takes away those of all tasks, of which none may run any more. */
export function removeSharedMemories(execRoot: string): void {
  const folder = sharedMemoryFolder(execRoot)
  const memories = new SharedMemories(execRoot)
  if (existsSync(folder)) for (const id of readdirSync(folder)) memories.remove(id)
}
