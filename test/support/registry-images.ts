import {
  type Descriptor,
  digestOf,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER,
  OCI_MANIFEST,
  parseReference,
  type Reference,
} from '#oci'
import type { ScriptedRegistry } from './registry.ts'

export const plain = ({ mediaType, digest, size }: Descriptor) => ({ mediaType, digest, size })

export function manifestOf(config: Descriptor, layers: readonly Descriptor[]) {
  return { schemaVersion: 2, mediaType: OCI_MANIFEST, config: plain(config), layers: layers.map(plain) }
}

export function indexOf(manifests: readonly object[]) {
  return { schemaVersion: 2, mediaType: OCI_INDEX, manifests }
}

/** An image `repository:1` whose configuration says `tars` and whose manifest gives `blobs`. */
export function addPacked(
  registry: ScriptedRegistry,
  repository: string,
  tars: readonly Buffer[],
  blobs: readonly Buffer[],
  mediaType = OCI_LAYER,
): Reference {
  const layers = blobs.map(blob => registry.addBlob(repository, blob, mediaType))
  const rootfs = { type: 'layers', diff_ids: tars.map(tar => digestOf(tar)) }
  const json = JSON.stringify({ os: 'linux', architecture: 'amd64', config: {}, rootfs })
  const config = registry.addBlob(repository, Buffer.from(json), OCI_CONFIG)
  registry.addManifest(repository, manifestOf(config, layers), OCI_MANIFEST, '1')
  return parseReference(`${registry.host}/${repository}:1`)
}

/** An index `multi:1` with an image for each architecture. */
export function addIndex(
  registry: ScriptedRegistry,
  architectures: readonly string[],
  layers: readonly Buffer[],
): Reference {
  const manifests = architectures.map(architecture => {
    const platform = { os: 'linux', architecture }
    return { ...plain(registry.addImage('multi', architecture, layers, platform).manifest), platform }
  })
  registry.addManifest('multi', indexOf(manifests), OCI_INDEX, '1')
  return parseReference(`${registry.host}/multi:1`)
}
