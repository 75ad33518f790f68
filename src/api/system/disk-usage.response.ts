import type { ContainerListItem } from '../container/list.response.ts'
import type { ImageSummary } from '../image/image.response.ts'
import type { Volume } from '../volume/volume.response.ts'

export interface BuildCacheRecord {
  readonly ID: string
  /** Before API 1.42. */
  readonly Parent?: string
  /** Since API 1.42. The space is a slip of dockerd that its clients share. */
  readonly ' Parents'?: readonly string[]
  readonly Type: string
  readonly Description: string
  readonly InUse: boolean
  readonly Shared: boolean
  /** Bytes. */
  readonly Size: number
  readonly CreatedAt: string
  readonly LastUsedAt: string | null
  readonly UsageCount: number
}

/** The answer of `GET /system/df`; what was not asked for is null. */
export interface DiskUsageResponse {
  /** Bytes of all layers; 0 where images were not asked for. */
  readonly LayersSize: number
  readonly Images: readonly ImageSummary[] | null
  readonly Containers: readonly ContainerListItem[] | null
  readonly Volumes: readonly Volume[] | null
  readonly BuildCache: readonly BuildCacheRecord[] | null
  /** Gantry's own: what belongs to neither, and all of it together. */
  readonly Other?: readonly { readonly Name: string; readonly Size: number; readonly Why: string }[]
  readonly Total?: number
  /** Gantry's own, by id: why each image and container is kept. */
  readonly Why?: Readonly<Record<string, string>>
  /** Before API 1.42, bytes. */
  readonly BuilderSize?: number
}
