export interface ContainerCreateResponse {
  readonly Id: string
  readonly Warnings: readonly string[]
}

export interface ContainerUpdateResponse {
  readonly Warnings: readonly string[] | null
}

export interface ContainerWaitResponse {
  readonly StatusCode: number
  /** Where waiting, or removing, failed; else absent, or null from dockerd 20.10. */
  readonly Error?: { readonly Message?: string } | null
}

export interface ContainerTopResponse {
  readonly Titles: readonly string[]
  readonly Processes: readonly (readonly string[])[]
}

/** What changed below a path: 0 modified, 1 added, 2 deleted. */
export interface FilesystemChange {
  readonly Kind: 0 | 1 | 2
  readonly Path: string
}

/** The answer of `GET /containers/{id}/changes`; null for no change. */
export type ContainerChangesResponse = readonly FilesystemChange[] | null

export interface ContainerPruneResponse {
  readonly ContainersDeleted: readonly string[] | null
  /** Bytes. */
  readonly SpaceReclaimed: number
}

/** The answer of `POST /commit`: the new image. */
export interface ContainerCommitResponse {
  readonly Id: string
}
