import type { Place } from './place.ts'

export interface CopyOptions {
  /** Files belong to whom they belong in the source; in a container, to its user if it has one. */
  readonly keepsOwners: boolean
  readonly followLink: boolean
  readonly isQuiet: boolean
}

export type ContainerPlace = Place & { readonly kind: 'container' }
export type HostPlace = Exclude<Place, ContainerPlace>
