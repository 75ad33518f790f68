import { addAbortSignal, type Readable } from 'node:stream'
import { InvalidArgument } from '#lib/errors'
import { quoted } from '#lib/printable'
import { nowNanos } from '#lib/time'
import { parseImageConfig } from '#oci'
import { applyChanges, NO_DEFAULTS } from '../changes/changes.ts'
import type { ImageDeps } from '../deps.ts'
import type { Image, ImportOptions } from '../image.ts'
import { perform } from '../operation.ts'
import { publishImages } from '../publish.ts'
import { tagKey } from '../record/names.ts'
import { storeLayer } from '../unpack/store-layer.ts'
import { unpackNewLayer } from '../unpack/unpack.ts'
import { configJson } from './config-json.ts'

/** What the history says where nobody says anything. */
const MESSAGE = 'Imported from -'

/**
 * Makes an image of a root file system.
 * @throws InvalidArgument (no tar, a change or a name that cannot be), DataCorrupt, NoSpace, Cancelled
 */
export async function importImage(deps: ImageDeps, stream: Readable, options: ImportOptions): Promise<Image> {
  const { reference, changes } = options
  if (reference?.digest !== undefined) throw new InvalidArgument('cannot import digest reference')
  const names = reference === undefined ? [] : [tagKey(reference)]
  const defaults = applyChanges(NO_DEFAULTS, changes)
  const platform = options.platform ?? deps.platform
  if (platform.os !== 'linux') throw new InvalidArgument(`operating system is not supported: ${quoted(platform.os)}`)
  return await perform(
    deps,
    () => true,
    async operation => {
      addAbortSignal(options.signal, stream)
      const blob = await storeLayer(deps, operation, stream.iterator({ destroyOnReturn: false }))
      const { diffId, bytes } = await unpackNewLayer(deps, operation, undefined, blob, () => {}, options.signal)
      const comment = options.message === '' ? MESSAGE : options.message
      const created = nowNanos()
      const raw = configJson({
        platform,
        created,
        comment,
        defaults,
        diffIds: [diffId],
        history: [{ created, createdBy: '', author: '', comment, emptyLayer: false }],
      })
      const { id } = parseImageConfig(raw)
      await operation.holdBlob(id)
      await deps.content.put(raw, { expected: id })
      const content = { id, manifest: undefined, blobs: [id, blob.digest], layerSizes: [bytes] }
      const unpacked = new Map([[diffId, blob.digest]])
      const [image] = await publishImages(deps, [{ ...content, names, unpacked }])
      if (image === undefined) throw new Error('nothing was published')
      return image
    },
  )
}
