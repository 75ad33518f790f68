import { boolean, filters, map, object, type Read, string } from '../schema.ts'

/**
 * The body of `POST /volumes/create`; without a name the volume is anonymous. `ClusterVolumeSpec` makes a volume of a
 * swarm: it is known here so that it can be refused instead of ignored.
 */
export const VolumeCreateRequest = object('VolumeCreateRequest', {
  Name: string(),
  Driver: string(),
  DriverOpts: map(string()),
  Labels: map(string()),
  ClusterVolumeSpec: object('ClusterVolumeSpec', {}),
})
export type VolumeCreateRequest = Read<typeof VolumeCreateRequest>

export const VolumeListQuery = object('VolumeListQuery', { filters: filters() })
export type VolumeListQuery = Read<typeof VolumeListQuery>

export const VolumeRemoveQuery = object('VolumeRemoveQuery', { force: boolean() })
export type VolumeRemoveQuery = Read<typeof VolumeRemoveQuery>

/** Since API 1.42 only anonymous volumes are pruned, unless the filter `all` is true. */
export const VolumePruneQuery = object('VolumePruneQuery', { filters: filters() })
export type VolumePruneQuery = Read<typeof VolumePruneQuery>
