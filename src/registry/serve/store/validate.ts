import { errorText, GantryError } from '#lib/errors'
import {
  type Descriptor,
  DOCUMENT_BYTES_MAX,
  DOCUMENT_TYPES,
  type ImageDocument,
  isIndexType,
  isManifestType,
  layerType,
  parseImageDocument,
} from '#oci'
import { invalidManifest, Refusal } from '../refusal.ts'
import type { ManifestContent } from '../registry.ts'
import type { StoreDeps } from './deps.ts'
import { digestKey, type Need } from './records.ts'

/** What a pushed document says, as far as it can be told from itself. @throws Refusal MANIFEST_INVALID */
export function readPushed({ bytes, mediaType }: ManifestContent): ImageDocument {
  if (bytes.length === 0) throw invalidManifest('it is empty')
  if (bytes.length > DOCUMENT_BYTES_MAX) throw tooLarge()
  try {
    return parseImageDocument(bytes, { mediaType })
  } catch (error) {
    if (!(error instanceof GantryError)) throw error
    const types = `this registry takes ${DOCUMENT_TYPES.join(', ')}`
    const known = mediaType === '' || DOCUMENT_TYPES.includes(mediaType)
    throw invalidManifest(known ? errorText(error) : `${errorText(error)}; ${types}`, error)
  }
}

export function tooLarge(): Refusal {
  return new Refusal(413, 'MANIFEST_INVALID', `manifest invalid: longer than ${DOCUMENT_BYTES_MAX} bytes`, {
    fix: 'put what is large into a blob and refer to it',
    detail: { limit: DOCUMENT_BYTES_MAX },
  })
}

/** What the repository must hold for `document`. The subject may come later, or never (distribution-spec, referrers). */
export function needsOf(document: ImageDocument): readonly Need[] {
  if (document.kind === 'index') return document.manifests.map(asChild)
  const layers = document.layers.filter(layer => !isElsewhere(layer))
  return [document.config, ...layers].map(({ digest, size }) => ({ kind: 'blob', digest, size }))
}

/** @throws Refusal MANIFEST_BLOB_UNKNOWN naming the first that is missing; SIZE_INVALID */
export function checkNeeds({ records }: StoreDeps, repository: string, needs: readonly Need[]): void {
  for (const { kind, digest, size } of needs) {
    const collection = kind === 'blob' ? records.links : records.manifests
    const found = collection.get(digestKey(repository, digest))
    if (found === undefined) {
      throw new Refusal(404, 'MANIFEST_BLOB_UNKNOWN', `${kind} unknown to registry: ${repository} has no ${digest}`, {
        detail: { digest },
        fix: `push that ${kind} before what refers to it`,
      })
    }
    if (found.size !== size) {
      throw new Refusal(400, 'SIZE_INVALID', `manifest invalid: ${digest} has ${found.size} bytes, not ${size}`, {
        detail: { digest, size: found.size },
      })
    }
  }
}

function asChild({ mediaType, digest, size }: Descriptor): Need {
  return { kind: isManifestType(mediaType) || isIndexType(mediaType) ? 'manifest' : 'blob', digest, size }
}

/** Foreign layers are had from their `urls` and not pushed. */
function isElsewhere({ mediaType, urls }: Descriptor): boolean {
  return urls.length > 0 && layerType(mediaType)?.foreign === true
}
