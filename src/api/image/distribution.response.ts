import type { Descriptor, Platform } from './descriptor.response.ts'

/** What a registry has under a name. */
export interface DistributionResponse {
  readonly Descriptor: Descriptor
  readonly Platforms: readonly Platform[]
}
