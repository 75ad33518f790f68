/** Media types of OCI image-spec 1.1 and of Docker's image manifest version 2, schema 2. */
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json'
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json'
export const OCI_EMPTY = 'application/vnd.oci.empty.v1+json'
export const OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar'
export const OCI_LAYER_GZIP = 'application/vnd.oci.image.layer.v1.tar+gzip'
export const OCI_LAYER_ZSTD = 'application/vnd.oci.image.layer.v1.tar+zstd'
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json'
export const DOCKER_CONFIG = 'application/vnd.docker.container.image.v1+json'
export const DOCKER_LAYER = 'application/vnd.docker.image.rootfs.diff.tar'
export const DOCKER_LAYER_GZIP = 'application/vnd.docker.image.rootfs.diff.tar.gzip'
export const DOCKER_LAYER_ZSTD = 'application/vnd.docker.image.rootfs.diff.tar.zstd'

/** What a registry is asked for when a reference is resolved. */
export const DOCUMENT_TYPES: readonly string[] = [DOCKER_MANIFEST, DOCKER_LIST, OCI_MANIFEST, OCI_INDEX]

const SCHEMA1_TYPES: readonly string[] = [
  'application/vnd.docker.distribution.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
]

/** Headers that say nothing about the document: the document's own `mediaType` decides. */
const GENERIC_TYPES: readonly string[] = ['', 'application/json', 'application/octet-stream', 'text/plain']

export type LayerCompression = 'none' | 'gzip' | 'zstd'

interface LayerType {
  readonly compression: LayerCompression
  /** To be had from the descriptor's `urls`, not to be pushed. */
  readonly foreign: boolean
}

const LAYER_TYPES: ReadonlyMap<string, LayerType> = new Map([
  [OCI_LAYER, { compression: 'none', foreign: false }],
  [OCI_LAYER_GZIP, { compression: 'gzip', foreign: false }],
  [OCI_LAYER_ZSTD, { compression: 'zstd', foreign: false }],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar', { compression: 'none', foreign: true }],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', { compression: 'gzip', foreign: true }],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar+zstd', { compression: 'zstd', foreign: true }],
  [DOCKER_LAYER, { compression: 'none', foreign: false }],
  [DOCKER_LAYER_GZIP, { compression: 'gzip', foreign: false }],
  [DOCKER_LAYER_ZSTD, { compression: 'zstd', foreign: false }],
  ['application/vnd.docker.image.rootfs.foreign.diff.tar', { compression: 'none', foreign: true }],
  ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', { compression: 'gzip', foreign: true }],
])

/** RFC 6838, section 4.2: type and subtype of at most 127 characters each. */
const MEDIA_TYPE = /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$/

export function isMediaType(text: string): boolean {
  return MEDIA_TYPE.test(text)
}

export function isManifestType(mediaType: string): boolean {
  return mediaType === OCI_MANIFEST || mediaType === DOCKER_MANIFEST
}

export function isIndexType(mediaType: string): boolean {
  return mediaType === OCI_INDEX || mediaType === DOCKER_LIST
}

export function isSchema1Type(mediaType: string): boolean {
  return SCHEMA1_TYPES.includes(mediaType)
}

export function isGenericType(mediaType: string): boolean {
  return GENERIC_TYPES.includes(mediaType)
}

/** The configuration of an image that can be run (not of a chart, a plugin or a signature). */
export function isImageConfigType(mediaType: string): boolean {
  return mediaType === OCI_CONFIG || mediaType === DOCKER_CONFIG
}

/** How a layer of this type is to be read; undefined for what is no layer of a file system. */
export function layerType(mediaType: string): LayerType | undefined {
  return LAYER_TYPES.get(mediaType)
}

/** The media type in a Content-Type header, without its parameters. */
export function mediaTypeOfHeader(header: string | undefined): string {
  return (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}
