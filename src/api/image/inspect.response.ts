import type { HealthcheckConfig, InspectedConfig } from '../container/config.response.ts'
import type { Descriptor, ManifestSummary } from './descriptor.response.ts'

/**
 * The config of an image: eight fields are there whatever they hold, the others only with a value. dockerd writes the
 * keys of this one object sorted.
 */
export interface ImageConfig {
  readonly ArgsEscaped?: boolean
  readonly Cmd: readonly string[] | null
  readonly Entrypoint: readonly string[] | null
  readonly Env: readonly string[] | null
  readonly ExposedPorts?: Readonly<Record<string, object>>
  readonly Healthcheck?: HealthcheckConfig
  readonly Labels: Readonly<Record<string, string>> | null
  readonly OnBuild: readonly string[] | null
  readonly Shell?: readonly string[]
  readonly StopSignal?: string
  readonly User: string
  readonly Volumes: Readonly<Record<string, object>> | null
  readonly WorkingDir: string
}

/** The fields that a config showed until API 1.49, all without meaning for an image. */
export interface LegacyImageConfig extends ImageConfig {
  readonly AttachStderr: false
  readonly AttachStdin: false
  readonly AttachStdout: false
  readonly Domainname: ''
  readonly Hostname: ''
  readonly Image: ''
  readonly OpenStdin: false
  readonly StdinOnce: false
  readonly Tty: false
}

/** The answer of `GET /images/{name}/json`. */
export interface ImageInspectResponse {
  readonly Id: string
  readonly RepoTags: readonly string[]
  readonly RepoDigests: readonly string[]
  readonly Parent: string
  readonly Comment: string
  /** RFC 3339; absent where the image does not say. */
  readonly Created?: string
  /** Before API 1.45, as the next. */
  readonly Container?: string
  readonly ContainerConfig?: InspectedConfig
  readonly DockerVersion: string
  readonly Author: string
  readonly Config: ImageConfig | LegacyImageConfig
  readonly Architecture: string
  readonly Variant?: string
  readonly Os: string
  readonly OsVersion?: string
  /** Bytes. */
  readonly Size: number
  /** Before API 1.44. */
  readonly VirtualSize?: number
  readonly GraphDriver: GraphDriver
  readonly RootFS: { readonly Type?: string; readonly Layers?: readonly string[] }
  readonly Metadata: {
    /** Go's zero time where it was never tagged here. */
    readonly LastTagTime: string
  }
  readonly Descriptor?: Descriptor
  readonly Manifests?: readonly ManifestSummary[]
}

/** Where a snapshot lies; `Data` is of the driver's own making. */
export interface GraphDriver {
  readonly Data: Readonly<Record<string, string>> | null
  readonly Name: string
}
