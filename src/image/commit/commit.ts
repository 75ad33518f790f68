import { nowNanos } from '#lib/time'
import { type ContainerDefaults, type Digest, parseImageConfig } from '#oci'
import { applyChanges } from '../changes/changes.ts'
import type { ImageDeps } from '../deps.ts'
import { contentHere } from '../here.ts'
import type { Operation } from '../hold.ts'
import type { CommitImageOptions, Image } from '../image.ts'
import { configJson } from '../import/config-json.ts'
import { perform } from '../operation.ts'
import { publishImages } from '../publish.ts'
import { tagKey } from '../record/names.ts'
import { resolveImage } from '../resolve.ts'
import { storeLayer } from '../unpack/store-layer.ts'
import { unpackNewLayer } from '../unpack/unpack.ts'
import { mergeDefaults } from './merge.ts'

/** See `Images.commit`. */
export async function commitImage(deps: ImageDeps, options: CommitImageOptions): Promise<Image> {
  const { reference, inherited, changes } = options
  const names = reference === undefined ? [] : [tagKey(reference)]
  const changed = applyChanges(options.defaults, changes)
  const defaults = inherited === undefined ? changed : mergeDefaults(changed, inherited)
  return await perform(
    deps,
    () => true,
    async operation => {
      const base = resolveImage(deps, options.base)
      await contentHere(deps, operation, base.id)
      const added = await addLayer(deps, operation, base, options)
      const raw = newConfig(base, defaults, added, options)
      const { id } = parseImageConfig(raw)
      await operation.holdBlob(id)
      await deps.content.put(raw, { expected: id })
      const content = {
        id,
        manifest: undefined,
        blobs: [id, ...added.map(({ blob }) => blob)],
        layerSizes: [...base.layerSizes, ...added.map(({ bytes }) => bytes)],
        unpacked: new Map(added.map(({ chainId, blob }) => [chainId, blob])),
      }
      const [image] = await publishImages(deps, [{ ...content, names }])
      if (image === undefined) throw new Error('nothing was published')
      return image
    },
  )
}

interface AddedLayer {
  readonly diffId: Digest
  readonly chainId: Digest
  readonly blob: Digest
  readonly bytes: number
}

/** One layer, or none where nothing was changed. */
async function addLayer(
  deps: ImageDeps,
  operation: Operation,
  base: Image,
  { layer, onStored, signal }: CommitImageOptions,
): Promise<readonly AddedLayer[]> {
  const bytes = await layer()
  if (bytes === undefined) return []
  const stored = await storeLayer(deps, operation, bytes, signal)
  onStored()
  const unpacked = await unpackNewLayer(deps, operation, base.chainId, stored, () => {}, signal)
  return [{ ...unpacked, blob: stored.digest }]
}

function newConfig(
  { config }: Image,
  defaults: ContainerDefaults,
  added: readonly AddedLayer[],
  { author, comment, createdBy }: CommitImageOptions,
): Buffer {
  const created = nowNanos()
  const step = { created, createdBy, author, comment, emptyLayer: added.length === 0 }
  return configJson({
    platform: config.platform,
    created,
    comment,
    author,
    defaults,
    diffIds: [...config.diffIds, ...added.map(({ diffId }) => diffId)],
    history: [...config.history, step],
  })
}
