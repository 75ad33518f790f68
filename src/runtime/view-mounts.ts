import { existsSync } from 'node:fs'
import type { ViewMount } from '#linux'
import type { SpecMount } from '#oci'
import { byDepth } from './spec/resolve.ts'
import type { BindSettings } from './spec/settings.ts'

/**
 * Files and folders of the host that a container would see if it ran. What the kernel or memory is mounted for (/proc,
 * tmpfs) begins with its run; and what is not there yet is made by its start, not by a look.
 */
export function viewMounts(mounts: readonly SpecMount[], binds: readonly BindSettings[]): ViewMount[] {
  const own = mounts.flatMap(({ type, source = '', destination, options = [] }) =>
    type === 'bind' ? [{ source, destination, readonly: options.includes('ro') }] : [],
  )
  return [...own, ...binds].filter(({ source }) => existsSync(source)).sort(byDepth)
}
