import { InvalidArgument, NotFound } from '#lib/errors'
import {
  type Descriptor,
  type Digest,
  formatPlatform,
  INDEX_DEPTH_MAX,
  type Index,
  isIndexType,
  isManifestType,
  type Manifest,
  matchingManifests,
  type Platform,
  platformMatches,
  selectPlatform,
} from '#oci'
import type { PullSource } from './source.ts'

/** The manifest that a reference stands for on one platform. */
export interface Selected {
  readonly manifest: Manifest
  readonly digest: Digest
  /** The manifest and the indexes that led to it. */
  readonly documents: readonly Digest[]
}

/**
 * Follows a descriptor to the manifest for `wanted`. A manifest that no index leads to is taken whatever its platform.
 * @throws NotFound in Docker's words where there is none
 */
export async function selectManifest(source: PullSource, top: Descriptor, wanted: Platform): Promise<Selected> {
  const document = await source.document(top)
  if (document.kind === 'manifest') return { manifest: document, digest: top.digest, documents: [top.digest] }
  const found = await fromIndex(source, document, wanted, 1)
  if (found === undefined) throw noMatch(document, wanted)
  return { ...found, documents: [top.digest, ...found.documents] }
}

/** The best of an index; undefined where none fits. */
async function fromIndex(
  source: PullSource,
  index: Index,
  wanted: Platform,
  depth: number,
): Promise<Selected | undefined> {
  if (depth > INDEX_DEPTH_MAX)
    throw new InvalidArgument(`invalid manifest: indexes nested deeper than ${INDEX_DEPTH_MAX}`)
  const known = index.manifests.filter(({ mediaType }) => isManifestType(mediaType) || isIndexType(mediaType))
  for (const candidate of matchingManifests(known, wanted)) {
    const document = await source.document(candidate)
    const documents = [candidate.digest]
    if (document.kind === 'index') {
      const found = await fromIndex(source, document, wanted, depth + 1)
      if (found !== undefined) return { ...found, documents: [...documents, ...found.documents] }
    } else if (candidate.platform !== undefined || (await runsOn(source, document, wanted))) {
      return { manifest: document, digest: candidate.digest, documents }
    }
  }
  return undefined
}

/** An index that names no platform leaves it to the configuration. */
async function runsOn(source: PullSource, manifest: Manifest, wanted: Platform): Promise<boolean> {
  return platformMatches((await source.config(manifest)).platform, wanted)
}

function noMatch(index: Index, wanted: Platform): unknown {
  try {
    selectPlatform(index.manifests, wanted)
  } catch (error) {
    return error
  }
  return new NotFound(`no matching manifest for ${formatPlatform(wanted)} in the manifest list entries`)
}
