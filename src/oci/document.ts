import { InvalidArgument } from '#lib/errors'
import { JsonValue, type StringRecord } from '#lib/json-value'
import { quoted } from '#lib/printable'
import { DESCRIPTOR_ENTRIES_MAX, type Descriptor, readDescriptor } from './descriptor.ts'
import { isGenericType, isIndexType, isManifestType, isSchema1Type, OCI_INDEX, OCI_MANIFEST } from './media-type.ts'

/** What a manifest or an index may weigh, in bytes (SAFETY S75, S76). */
export const DOCUMENT_BYTES_MAX = 4 * 1024 * 1024

/** How deep indexes may hold indexes (SAFETY S75). */
export const INDEX_DEPTH_MAX = 4

/** An image manifest, of OCI or of Docker's schema 2: configuration and layers of one platform. */
export interface Manifest {
  readonly kind: 'manifest'
  readonly mediaType: string
  readonly config: Descriptor
  /** Lowest layer first. */
  readonly layers: readonly Descriptor[]
  readonly subject: Descriptor | undefined
  readonly artifactType: string
  readonly annotations: StringRecord
}

/** An image index of OCI or a manifest list of Docker: manifests by platform. */
export interface Index {
  readonly kind: 'index'
  readonly mediaType: string
  readonly manifests: readonly Descriptor[]
  readonly subject: Descriptor | undefined
  readonly artifactType: string
  readonly annotations: StringRecord
}

export type ImageDocument = Manifest | Index

export interface DocumentSource {
  /** What the descriptor or the Content-Type header says it is; '' where nothing does. */
  readonly mediaType?: string
  /** The reference that led here, for errors. */
  readonly reference?: string
}

/**
 * Reads a manifest or an index. The kind is what its source says it is; a document that says otherwise of itself, or
 * that could be read as both, is refused, so that no two programs can disagree about an image (CVE-2021-41190, S68).
 *
 * @throws InvalidArgument also for what is too large, of schema 1 or of an unknown type.
 */
export function parseImageDocument(bytes: Uint8Array, source: DocumentSource = {}): ImageDocument {
  const json = JsonValue.parse(bytes, 'manifest', DOCUMENT_BYTES_MAX)
  const mediaType = typeOf(json, source)
  return isIndexType(mediaType) ? readIndex(json, mediaType) : readManifest(json, mediaType)
}

/** @throws InvalidArgument where it is no manifest of one platform. */
export function parseManifest(bytes: Uint8Array, source: DocumentSource = {}): Manifest {
  const document = parseImageDocument(bytes, source)
  if (document.kind === 'manifest') return document
  throw new InvalidArgument(`invalid manifest: expected a manifest but found an index (${document.mediaType})`)
}

/** @throws InvalidArgument where it is no index. */
export function parseIndex(bytes: Uint8Array, source: DocumentSource = {}): Index {
  const document = parseImageDocument(bytes, source)
  if (document.kind === 'index') return document
  throw new InvalidArgument(`invalid manifest: expected an index but found a manifest (${document.mediaType})`)
}

/** What Docker says of images from before 2016. */
export function schema1Refusal(reference: string | undefined): InvalidArgument {
  const author = reference === undefined ? 'the image' : reference
  return new InvalidArgument(
    'Docker Image Format v1 and Docker Image manifest version 2, schema 1 support has been removed. ' +
      `Suggest the author of ${author} to upgrade the image to the OCI Format or Docker Image manifest v2, schema 2. ` +
      'More information at https://docs.docker.com/go/deprecated-image-specs/',
  )
}

/** The one media type that source, document and shape agree on. */
function typeOf(json: JsonValue, source: DocumentSource): string {
  const declared = source.mediaType ?? ''
  const own = json.member('mediaType').string()
  const has = shape(json)
  const version = json.member('schemaVersion').integer()
  if (version === 1 || has.fsLayers || isSchema1Type(declared) || isSchema1Type(own))
    throw schema1Refusal(source.reference)
  if (version !== 2 && version !== 0) json.member('schemaVersion').fail(`${version}, only 2 is known`)
  const claimed = isGenericType(declared) ? own : declared
  if (own !== '' && own !== claimed) {
    json.member('mediaType').fail(`${quoted(own)}, but it was announced as ${quoted(claimed)}`)
  }
  if (has.manifests && (has.config || has.layers))
    json.fail('both layers and manifests: it could be read as two images')
  if (claimed === '') return has.manifests ? OCI_INDEX : OCI_MANIFEST
  if (isIndexType(claimed)) {
    if (has.config || has.layers) json.fail(`expected an index but found a manifest (${claimed})`)
  } else if (!isManifestType(claimed)) {
    throw new InvalidArgument(`unsupported media type ${quoted(claimed)}`, { fix: 'this is no image for containers' })
  } else if (has.manifests) json.fail(`expected a manifest but found an index (${claimed})`)
  return claimed
}

const SHAPE_NAMES = ['config', 'layers', 'manifests', 'fsLayers', 'mediaType', 'schemaVersion'] as const

/** Which telling members are there. Other readers ignore case, so a name in another case is a trap and refused. */
function shape(json: JsonValue): Readonly<Record<(typeof SHAPE_NAMES)[number], boolean>> {
  const names = new Set(json.names())
  for (const name of names) {
    const known = SHAPE_NAMES.find(candidate => candidate.toLowerCase() === name.toLowerCase())
    if (known !== undefined && known !== name) json.fail(`member ${quoted(name)} stands for ${quoted(known)}`)
  }
  const there = (name: (typeof SHAPE_NAMES)[number]) => names.has(name)
  return {
    config: there('config'),
    layers: there('layers'),
    manifests: there('manifests'),
    fsLayers: there('fsLayers'),
    mediaType: there('mediaType'),
    schemaVersion: there('schemaVersion'),
  }
}

function readManifest(json: JsonValue, mediaType: string): Manifest {
  return {
    kind: 'manifest',
    mediaType,
    config: readDescriptor(json.member('config')),
    layers: readDescriptors(json.member('layers')),
    ...readCommon(json),
  }
}

function readIndex(json: JsonValue, mediaType: string): Index {
  return { kind: 'index', mediaType, manifests: readDescriptors(json.member('manifests')), ...readCommon(json) }
}

function readCommon(json: JsonValue): Pick<Manifest, 'subject' | 'artifactType' | 'annotations'> {
  const subject = json.member('subject')
  return {
    subject: subject.absent ? undefined : readDescriptor(subject),
    artifactType: json.member('artifactType').string(),
    annotations: json.member('annotations').stringRecord(DESCRIPTOR_ENTRIES_MAX),
  }
}

function readDescriptors(json: JsonValue): Descriptor[] {
  return json.elements(DESCRIPTOR_ENTRIES_MAX).map(readDescriptor)
}
