import type { Descriptor } from '../image/descriptor.response.ts'
import type { Endpoint } from '../network/network.response.ts'
import type { ContainerStatus, MountPoint } from './inspect.response.ts'

/** A port in a list; without `PublicPort` it is exposed only. */
export interface ListedPort {
  readonly IP?: string
  readonly PrivatePort: number
  readonly PublicPort?: number
  readonly Type: string
}

/** An item of `GET /containers/json`. */
export interface ContainerListItem {
  readonly Id: string
  /** With leading slashes; a link adds `/other/alias`. */
  readonly Names: readonly string[]
  /** As create named it; the id where that name leads elsewhere by now. */
  readonly Image: string
  readonly ImageID: string
  readonly ImageManifestDescriptor?: Descriptor
  readonly Command: string
  /** Unix seconds. */
  readonly Created: number
  readonly Ports: readonly ListedPort[]
  /** Bytes; where `size` asks for it and it is not 0, as the next. */
  readonly SizeRw?: number
  readonly SizeRootFs?: number
  readonly Labels: Readonly<Record<string, string>>
  readonly State: ContainerStatus
  /** For people: `Up 2 seconds (healthy)`. */
  readonly Status: string
  readonly HostConfig: {
    readonly NetworkMode?: string
    /** Since API 1.46. */
    readonly Annotations?: Readonly<Record<string, string>>
  }
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, Endpoint>> } | null
  readonly Mounts: readonly MountPoint[]
}
