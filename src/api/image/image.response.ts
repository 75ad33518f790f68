import type { Descriptor, ManifestSummary } from './descriptor.response.ts'

/** An item of `GET /images/json`. Sizes are bytes, -1 for not computed. */
export interface ImageSummary {
  /** -1 before API 1.51. */
  readonly Containers: number
  /** Unix seconds. */
  readonly Created: number
  readonly Id: string
  readonly Labels: Readonly<Record<string, string>> | null
  readonly ParentId: string
  /** Since API 1.48, where images are kept with their manifests. */
  readonly Descriptor?: Descriptor
  readonly Manifests?: readonly ManifestSummary[]
  /** Null in `/system/df` and before API 1.43, as the next. */
  readonly RepoDigests: readonly string[] | null
  readonly RepoTags: readonly string[] | null
  readonly SharedSize: number
  readonly Size: number
  /** Before API 1.44: `Size` once more. */
  readonly VirtualSize?: number
}

/** An item of `GET /images/{name}/history`, newest first. */
export interface ImageHistoryItem {
  readonly Comment: string
  /** Unix seconds. */
  readonly Created: number
  readonly CreatedBy: string
  /** `<missing>` where the layer came without an image of its own. */
  readonly Id: string
  readonly Size: number
  readonly Tags: readonly string[] | null
}

/** An item of the answer to `DELETE /images/{name}`, and of prune. */
export interface ImageDeleteItem {
  readonly Deleted?: string
  readonly Untagged?: string
}

export interface ImagePruneResponse {
  readonly ImagesDeleted: readonly ImageDeleteItem[] | null
  readonly SpaceReclaimed: number
}

/** An item of `GET /images/search`. */
export interface ImageSearchItem {
  readonly star_count: number
  readonly is_official: boolean
  readonly name: string
  /** Always false. */
  readonly is_automated: boolean
  readonly description: string
}
