import { hash } from 'node:crypto'
import { DataCorrupt } from '#lib/errors'
import { JsonValue } from '#lib/json-value'
import { compactJson, escapeHtml } from './json-text.ts'
import type { ManifestDescriptor, Platform } from './remote.ts'

/** A manifest with the name that it was found by: what Docker keeps of a member of a list, and prints in full. */
export interface ManifestEntry {
  /** Whole, with tag or digest. */
  readonly ref: string
  readonly descriptor: ManifestDescriptor
  /** The manifest itself. */
  readonly raw: Uint8Array
}

/** A manifest of 4 MiB twice, as base64 and as JSON with escapes. */
const ENTRY_BYTES_MAX = 32 * 1024 * 1024
const FEATURES_MAX = 1000

const SCHEMA2 = 'application/vnd.docker.distribution.manifest.v2+json'

/** As Docker writes it, without spaces: its command line reads these files, too. */
export function entryJson({ ref, descriptor, raw }: ManifestEntry): string {
  const kind = descriptor.mediaType === SCHEMA2 ? 'SchemaV2Manifest' : 'OCIManifest'
  const head = { Ref: ref, Descriptor: descriptorJson(descriptor), Raw: Buffer.from(raw).toString('base64') }
  const manifest = compactJson(Buffer.from(raw).toString('utf8'))
  return escapeHtml(`${JSON.stringify(head).slice(0, -1)},"${kind}":${manifest}}`)
}

/** @throws InvalidArgument, DataCorrupt that name the file `path` where it cannot be read */
export function readEntry(bytes: Uint8Array, path: string): ManifestEntry {
  const json = JsonValue.parse(bytes, path, ENTRY_BYTES_MAX)
  const descriptor = json.member('Descriptor')
  const platform = descriptor.member('platform')
  const raw = Buffer.from(json.member('Raw').string(), 'base64')
  const digest = descriptor.member('digest').string()
  if (digestLike(digest, raw) !== digest) {
    throw new DataCorrupt(`${path} is not the manifest ${digest} any more`, {
      fix: 'remove the list with manifest rm, and create it again',
    })
  }
  return {
    ref: json.member('Ref').string(),
    descriptor: {
      mediaType: descriptor.member('mediaType').string(),
      digest,
      size: descriptor.member('size').integer(),
      platform: platform.absent ? undefined : readPlatform(platform),
    },
    raw,
  }
}

/** The members of a platform in the order in which Go's image-spec has them; empty ones that may be missing are. */
export function platformJson({ architecture, os, osVersion, osFeatures, variant }: Platform): object {
  return {
    architecture,
    os,
    ...(osVersion !== '' && { 'os.version': osVersion }),
    ...(osFeatures.length > 0 && { 'os.features': osFeatures }),
    ...(variant !== '' && { variant }),
  }
}

function descriptorJson({ mediaType, digest, size, platform }: ManifestDescriptor): object {
  return { mediaType, digest, size, ...(platform !== undefined && { platform: platformJson(platform) }) }
}

/** The digest of `bytes` by the algorithm of `digest`. */
function digestLike(digest: string, bytes: Uint8Array): string {
  const algorithm = digest.startsWith('sha512:') ? 'sha512' : 'sha256'
  return `${algorithm}:${hash(algorithm, bytes)}`
}

function readPlatform(json: JsonValue): Platform {
  return {
    architecture: json.member('architecture').string(),
    os: json.member('os').string(),
    osVersion: json.member('os.version').string(),
    osFeatures: json.member('os.features').strings(FEATURES_MAX),
    variant: json.member('variant').string(),
  }
}
