export interface VersionComponent {
  readonly Name: string
  readonly Version: string
  readonly Details?: Readonly<Record<string, string>>
}

/** The answer of `GET /version`. */
export interface VersionResponse {
  readonly Platform: { readonly Name: string }
  readonly Components?: readonly VersionComponent[]
  readonly Version: string
  readonly ApiVersion: string
  readonly MinAPIVersion?: string
  readonly GitCommit: string
  readonly GoVersion: string
  readonly Os: string
  readonly Arch: string
  readonly KernelVersion?: string
  readonly Experimental?: true
  readonly BuildTime?: string
}
