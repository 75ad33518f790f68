import type { ContentStore } from '#content'
import type { KeyedLock } from '#lib/lock'
import type { Logger } from '#lib/log'
import type { Meta } from '#meta'
import type { Platform } from '#oci'
import type { RegistryClient } from '#registry'
import type { ApplyRequest, ApplyResult, Snapshotter } from '#snapshot'
import type { Holds } from './hold.ts'
import type { LayerBlobs } from './record/layer-blobs.ts'
import type { ImageRecords } from './record/records.ts'
import type { ImageViews } from './record/views.ts'

export interface ImagesOptions {
  readonly meta: Meta
  readonly content: ContentStore
  readonly snapshots: Snapshotter
  readonly registry: RegistryClient
  /** Unpacks a layer, best on a thread of its own. When it rejects, nothing writes into the folder any more. */
  readonly apply: (request: ApplyRequest, signal?: AbortSignal) => Promise<ApplyResult>
  /** Layers that one pull fetches, and one push sends, at the same time; as Docker's defaults where missing. */
  readonly limits?: { readonly downloads: number; readonly uploads: number }
  /** What images are chosen for where nobody says otherwise. */
  readonly platform: Platform
  readonly log: Logger
}

/** Everything that a verb may use. */
export interface ImageDeps extends ImagesOptions {
  readonly records: ImageRecords
  readonly layerBlobs: LayerBlobs
  readonly views: ImageViews
  readonly holds: Holds
  /** Held by whoever unpacks, by chain id. */
  readonly layerLocks: KeyedLock
  /** Snapshots that are not committed and that an earlier process has left: nobody is at work on them. */
  readonly inherited: ReadonlySet<string>
}
