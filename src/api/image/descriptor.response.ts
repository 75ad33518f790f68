/** An OCI descriptor as it stands in responses. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly urls?: readonly string[]
  readonly annotations?: Readonly<Record<string, string>>
  readonly data?: string
  readonly platform?: Platform
  readonly artifactType?: string
}

export interface Platform {
  readonly architecture: string
  readonly os: string
  readonly 'os.version'?: string
  readonly 'os.features'?: readonly string[]
  readonly variant?: string
}

/** One manifest of an index, in list and inspect where `manifests` asks for them. Sizes are bytes. */
export interface ManifestSummary {
  readonly ID: string
  readonly Descriptor: Descriptor
  /** Whether all its content is here. */
  readonly Available: boolean
  readonly Size: { readonly Content: number; readonly Total: number }
  readonly Kind: 'image' | 'attestation' | 'unknown'
  readonly ImageData?: {
    readonly Platform: Platform
    readonly Size: { readonly Unpacked: number }
    readonly Containers: readonly string[] | null
  }
  readonly AttestationData?: { readonly For: string }
}
