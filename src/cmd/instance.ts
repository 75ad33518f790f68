import { createHash } from 'node:crypto'
import { DEFAULT_ROOTS } from './daemon/settings.ts'

/**
 * By what names the kernel knows what belongs to one data root, so that several daemons on a host keep apart and
 * each finds its own after a crash.
 */
export interface Instance {
  readonly name: string
  readonly bridge: string
  readonly linkPrefix: string
  readonly table: string
  readonly cgroupParent: string
}

export function instanceOf(dataRoot: string): Instance {
  const mark = createHash('sha256').update(dataRoot).digest('hex')
  const isDefault = dataRoot === DEFAULT_ROOTS.dataRoot
  const name = isDefault ? 'gantry' : `gantry-${mark.slice(0, 6)}`
  return {
    name,
    bridge: isDefault ? 'gantry0' : `gantry-${mark.slice(0, 6)}`,
    // With eight characters of the container's id this fills the fifteen that a link's name may have.
    linkPrefix: `gt${mark.slice(0, 5)}`,
    table: name.replace('-', '_'),
    cgroupParent: `/${name}`,
  }
}
