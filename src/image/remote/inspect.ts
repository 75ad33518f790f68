import { CONFIG_BYTES_MAX, nameOnly, parseImageConfig, type Reference } from '#oci'
import type { ImageDeps } from '../deps.ts'
import type { RegistryCredentials, RemoteImage } from '../image.ts'
import { credentialsFor } from '../pull/request.ts'

/** What a registry has under a name, without fetching any of it but its documents. @throws NotFound, Unauthorized, ... */
export async function inspectRemote(
  { registry }: ImageDeps,
  reference: Reference,
  credentials: RegistryCredentials | undefined,
  signal: AbortSignal,
): Promise<RemoteImage> {
  const session = registry.session(credentialsFor(reference, credentials))
  const { descriptor, document } = await session.fetchDocument(reference, { signal })
  if (document.kind === 'index') {
    const platforms = document.manifests.flatMap(({ platform }) => (platform === undefined ? [] : [platform]))
    return { descriptor, platforms }
  }
  const bytes = await session.fetchBytes(nameOnly(reference), document.config, { limit: CONFIG_BYTES_MAX, signal })
  return { descriptor, platforms: [parseImageConfig(bytes).platform] }
}
