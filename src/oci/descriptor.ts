import type { JsonValue, StringRecord } from '#lib/json-value'
import { quoted } from '#lib/printable'
import { algorithmOf, type Digest, digestOf, parseDigest } from './digest.ts'
import { isMediaType } from './media-type.ts'
import type { Platform } from './platform.ts'

/** Typed pointer to content (OCI image-spec, descriptor). */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
  /** Where foreign layers may be had from. Nothing is ever sent there but a plain request (SAFETY S72). */
  readonly urls: readonly string[]
  readonly annotations: StringRecord
  /** In the descriptors of an index only. */
  readonly platform: Platform | undefined
  readonly artifactType: string
  /** The content itself, already checked against size and digest. */
  readonly data: Uint8Array | undefined
}

/** Most entries of any list or map within a descriptor or an image document. */
export const DESCRIPTOR_ENTRIES_MAX = 1000

/** A descriptor of nothing but its three main members. */
export function descriptor(mediaType: string, digest: Digest, size: number): Descriptor {
  return {
    mediaType,
    digest,
    size,
    urls: [],
    annotations: Object.create(null),
    platform: undefined,
    artifactType: '',
    data: undefined,
  }
}

/** @throws InvalidArgument that says which member is wrong. */
export function readDescriptor(json: JsonValue): Descriptor {
  const mediaType = json.member('mediaType').string()
  if (!isMediaType(mediaType)) json.member('mediaType').fail(`${quoted(mediaType)} is no media type`)
  const digest = readDigest(json.member('digest'))
  const size = json.member('size').integer()
  if (size < 0) json.member('size').fail('negative')
  const platform = json.member('platform')
  return {
    mediaType,
    digest,
    size,
    urls: json.member('urls').strings(DESCRIPTOR_ENTRIES_MAX),
    annotations: json.member('annotations').stringRecord(DESCRIPTOR_ENTRIES_MAX),
    platform: platform.absent ? undefined : readPlatform(platform),
    artifactType: json.member('artifactType').string(),
    data: readData(json.member('data'), digest, size),
  }
}

export function readDigest(json: JsonValue): Digest {
  const text = json.string()
  try {
    return parseDigest(text)
  } catch (error) {
    return json.fail(`${quoted(text)}: ${error instanceof Error ? error.message : 'no digest'}`)
  }
}

/** The members of a platform, in an index's descriptor or in an image configuration. */
export function readPlatform(json: JsonValue): Platform {
  return {
    os: json.member('os').string(),
    architecture: json.member('architecture').string(),
    variant: json.member('variant').string(),
    osVersion: json.member('os.version').string(),
    osFeatures: json.member('os.features').strings(DESCRIPTOR_ENTRIES_MAX),
  }
}

function readData(json: JsonValue, digest: Digest, size: number): Uint8Array | undefined {
  if (json.absent) return undefined
  const data = Buffer.from(json.string(), 'base64')
  if (data.length !== size || digestOf(data, algorithmOf(digest)) !== digest) {
    json.fail(`does not have the size and digest that its descriptor says (${digest})`)
  }
  return data
}
