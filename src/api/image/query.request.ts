import { boolean, filters, int64, list, object, type Read, string } from '../schema.ts'

/** Pull with `fromImage`, import with `fromSrc`. */
export const ImageCreateQuery = object('ImageCreateQuery', {
  fromImage: string(),
  /** An address, or `-` for the body. */
  fromSrc: string(),
  repo: string(),
  /** A tag or a digest. */
  tag: string(),
  message: string(),
  changes: list(string()),
  /** `linux/arm64/v8`; since API 1.32. */
  platform: string(),
})
export type ImageCreateQuery = Read<typeof ImageCreateQuery>

/** Platforms here and below, where not said otherwise, are JSON: see `readPlatform`. */
export const ImageLoadQuery = object('ImageLoadQuery', {
  /** Absent for true. */
  quiet: boolean(),
  /** Since API 1.48; dockerd refuses more than one. */
  platform: list(string()),
})
export type ImageLoadQuery = Read<typeof ImageLoadQuery>

export const ImageSaveQuery = object('ImageSaveQuery', { names: list(string()), platform: list(string()) })
export type ImageSaveQuery = Read<typeof ImageSaveQuery>

export const ImageListQuery = object('ImageListQuery', {
  all: boolean(),
  filters: filters(),
  /** A pattern for names, before API 1.41. */
  filter: string(),
  'shared-size': boolean(),
  digests: boolean(),
  manifests: boolean(),
})
export type ImageListQuery = Read<typeof ImageListQuery>

export const ImageInspectQuery = object('ImageInspectQuery', {
  /** Since API 1.48. */
  manifests: boolean(),
  /** Since API 1.49; not together with the above. */
  platform: string(),
})
export type ImageInspectQuery = Read<typeof ImageInspectQuery>

export const ImageHistoryQuery = object('ImageHistoryQuery', { platform: string() })
export type ImageHistoryQuery = Read<typeof ImageHistoryQuery>

export const ImagePushQuery = object('ImagePushQuery', { tag: string(), platform: string() })
export type ImagePushQuery = Read<typeof ImagePushQuery>

export const ImageTagQuery = object('ImageTagQuery', { repo: string(), tag: string() })
export type ImageTagQuery = Read<typeof ImageTagQuery>

export const ImageRemoveQuery = object('ImageRemoveQuery', {
  force: boolean(),
  noprune: boolean(),
  /** Since API 1.50. */
  platforms: list(string()),
})
export type ImageRemoveQuery = Read<typeof ImageRemoveQuery>

export const ImageSearchQuery = object('ImageSearchQuery', {
  term: string(),
  limit: int64(),
  filters: filters(),
})
export type ImageSearchQuery = Read<typeof ImageSearchQuery>

export const ImagePruneQuery = object('ImagePruneQuery', {
  filters: filters(),
  /** Gantry's own: say what would go, as if these containers were gone already. */
  dryRun: boolean(),
  withoutContainers: list(string()),
})
export type ImagePruneQuery = Read<typeof ImagePruneQuery>
