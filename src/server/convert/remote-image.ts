import type { DistributionResponse } from '#api'
import type { RemoteImage } from '#image'

export function remoteImage({ descriptor, platforms }: RemoteImage): DistributionResponse {
  const { mediaType, digest, size } = descriptor
  return {
    Descriptor: { mediaType, digest, size },
    Platforms: platforms.map(({ architecture, os, osVersion, osFeatures, variant }) => ({
      architecture,
      os,
      ...(osVersion === '' ? {} : { 'os.version': osVersion }),
      ...(osFeatures.length === 0 ? {} : { 'os.features': osFeatures }),
      ...(variant === '' ? {} : { variant }),
    })),
  }
}
