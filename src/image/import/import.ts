import { addAbortSignal, type Readable } from 'node:stream'
import { InvalidArgument } from '#lib/errors'
import { fileError } from '#lib/file-error'
import { randomId } from '#lib/ids'
import { quoted } from '#lib/printable'
import { nowNanos } from '#lib/time'
import { parseImageConfig } from '#oci'
import { applyChanges, NO_DEFAULTS } from '../changes/changes.ts'
import type { ImageDeps } from '../deps.ts'
import type { Operation } from '../hold.ts'
import type { Image, ImportOptions } from '../image.ts'
import { perform } from '../operation.ts'
import { publishImages } from '../publish.ts'
import { tagKey } from '../record/names.ts'
import type { LayerFile } from '../unpack/apply-file.ts'
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
      const blob = await store(deps, operation, stream, options.signal)
      const { diffId, bytes } = await unpackNewLayer(deps, operation, blob, () => {}, options.signal)
      const comment = options.message === '' ? MESSAGE : options.message
      const raw = configJson({ platform, created: nowNanos(), comment, defaults, diffId })
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

/** The archive as a blob, packed as it came. */
async function store(deps: ImageDeps, operation: Operation, stream: Readable, signal: AbortSignal) {
  addAbortSignal(signal, stream)
  await using writer = await deps.content.ingest(`import ${randomId()}`)
  if (writer === undefined) throw new Error('an ingest that nobody expects is never there')
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) await writer.write(chunk)
    const { digest, size } = await writer.commit(found => operation.holdBlob(found))
    return { digest, size, path: deps.content.path(digest) } satisfies LayerFile & { digest: string }
  } catch (error) {
    await writer.abort()
    throw fileError(error, 'read archive', '')
  }
}
