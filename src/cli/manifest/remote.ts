import type { AuthConfig } from '#api'
import { credentialsFor } from '../image/credentials.ts'
import { fullText, type ImageName, parseImageName, withTag } from '../image/reference.ts'
import type { Context } from '../program/context.ts'

/** What a manifest is for (OCI image-spec, image index, "platform"); empty where nothing is said. */
export interface Platform {
  readonly architecture: string
  readonly os: string
  readonly osVersion: string
  readonly osFeatures: readonly string[]
  readonly variant: string
}

export interface ManifestDescriptor {
  readonly mediaType: string
  readonly digest: string
  /** Bytes. */
  readonly size: number
  readonly platform: Platform | undefined
}

/** What a registry has under a name. */
export type RemoteManifest =
  /** Of one image; the platform is that of its configuration. */
  | { readonly kind: 'manifest'; readonly descriptor: ManifestDescriptor; readonly bytes: Uint8Array }
  | { readonly kind: 'list'; readonly members: readonly ManifestDescriptor[] }

/**
 * A registry as the commands about manifests need it: these speak to it themselves, no engine takes part. Names are
 * whole: `docker.io/library/busybox:1`. Given by the composition root, which knows how to speak to registries.
 */
export interface ManifestRegistry extends AsyncDisposable {
  /** @throws NotFound, Unauthorized, Unavailable, DataCorrupt, InvalidArgument */
  fetch(name: string): Promise<RemoteManifest>
  /** Puts a manifest or a list under the tag of `name`, or under its digest. @returns its digest */
  put(name: string, mediaType: string, bytes: Uint8Array): Promise<string>
  /** Puts what the manifest `bytes` of the repository of `from` refers to into that of `to`, mounted where it can be. */
  copyBlobs(from: string, to: string, mediaType: string, bytes: Uint8Array): Promise<void>
}

export interface ManifestRegistryOptions {
  /** `docker.io`, `host:5000` */
  readonly domain: string
  /** Its certificate is not looked at, and it may do without TLS. */
  readonly insecure: boolean
  readonly auth: AuthConfig | undefined
  readonly signal: AbortSignal
}

/** The registry of `name`, with what is known of its user. */
export async function registryOf(
  { host, connect, interrupts }: Context,
  { domain }: ImageName,
  insecure: boolean,
): Promise<ManifestRegistry> {
  const { config } = await connect()
  const auth = await credentialsFor(host, config.settings, domain)
  return await host.openManifestRegistry({ domain, insecure, auth, signal: interrupts.signal })
}

/** The name of a manifest or a list, with its tag. @throws Error in Docker's words */
export function manifestName(text: string): ImageName {
  return withTag(parseImageName(text))
}

/** `docker.io/library/busybox@sha256:...`: a member of a list beside `name`. */
export function besideName({ domain, path, tag }: ImageName, digest: string, keepsTag: boolean): string {
  return fullText({ domain, path, tag: keepsTag ? tag : undefined, digest })
}
