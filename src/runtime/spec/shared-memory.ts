import type { SpecMount } from '#oci'

/** How /dev/shm comes to a container: a file system of its own, a folder of the host (of another container), not at all. */
export type SpecSharedMemory =
  | { readonly kind: 'own'; readonly size: number }
  | { readonly kind: 'bind'; readonly source: string }
  | { readonly kind: 'none' }

/** Options of a /dev/shm, as Docker mounts it. */
export function sharedMemoryOptions(size: number): string[] {
  return ['nosuid', 'noexec', 'nodev', 'mode=1777', `size=${size}`]
}

export function sharedMemoryMount(memory: SpecSharedMemory): SpecMount[] {
  const destination = '/dev/shm'
  switch (memory.kind) {
    case 'own':
      return [{ destination, type: 'tmpfs', source: 'shm', options: sharedMemoryOptions(memory.size) }]
    case 'bind':
      return [{ destination, type: 'bind', source: memory.source, options: ['rbind', 'rprivate'] }]
    case 'none':
      return []
  }
}
