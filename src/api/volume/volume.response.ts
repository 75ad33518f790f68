export interface Volume {
  /** RFC 3339 without a fraction. */
  readonly CreatedAt?: string
  readonly Driver: string
  readonly Labels: Readonly<Record<string, string>> | null
  readonly Mountpoint: string
  readonly Name: string
  readonly Options: Readonly<Record<string, string>> | null
  readonly Scope: string
  /** Of the driver's own making. */
  readonly Status?: Readonly<Record<string, unknown>>
  /** Only in `/system/df`. */
  readonly UsageData?: {
    /** -1 for not known. */
    readonly RefCount: number
    /** Bytes; -1 for not known. */
    readonly Size: number
  }
}

export interface VolumeListResponse {
  readonly Volumes: readonly Volume[] | null
  readonly Warnings: readonly string[] | null
}

export interface VolumePruneResponse {
  readonly VolumesDeleted: readonly string[] | null
  /** Bytes. */
  readonly SpaceReclaimed: number
}
