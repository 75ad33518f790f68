import { boolean, int64, list, map, object, type Read, string, uint32 } from '../schema.ts'

const BindOptions = object('BindOptions', {
  Propagation: string(),
  NonRecursive: boolean(),
  CreateMountpoint: boolean(),
  ReadOnlyNonRecursive: boolean(),
  ReadOnlyForceRecursive: boolean(),
})

const VolumeOptions = object('VolumeOptions', {
  NoCopy: boolean(),
  Labels: map(string()),
  Subpath: string(),
  DriverConfig: object('VolumeDriverConfig', { Name: string(), Options: map(string()) }),
})

const TmpfsOptions = object('TmpfsOptions', {
  SizeBytes: int64(),
  /** Permissions as a number, not octal text. */
  Mode: uint32(),
  Options: list(list(string())),
})

export const Mount = object('Mount', {
  /** bind, volume, tmpfs, image, cluster, npipe. */
  Type: string(),
  Source: string(),
  Target: string(),
  ReadOnly: boolean(),
  Consistency: string(),
  BindOptions,
  VolumeOptions,
  ImageOptions: object('ImageOptions', { Subpath: string() }),
  TmpfsOptions,
  ClusterOptions: object('ClusterOptions', {}),
})
export type Mount = Read<typeof Mount>
