import { throwIfAborted } from '#lib/abort'
import { fileError } from '#lib/file-error'
import { randomId } from '#lib/ids'
import type { Digest } from '#oci'
import type { ImageDeps } from '../deps.ts'
import type { Operation } from '../hold.ts'
import type { LayerFile } from './apply-file.ts'

/** The bytes of a layer as a blob of which nobody has said what it must be, packed as they come. */
export async function storeLayer(
  deps: ImageDeps,
  operation: Operation,
  bytes: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<LayerFile & { readonly digest: Digest }> {
  await using writer = await deps.content.ingest(`layer ${randomId()}`)
  if (writer === undefined) throw new Error('an ingest that nobody expects is never there')
  try {
    for await (const chunk of bytes) {
      throwIfAborted(signal, 'store a layer')
      await writer.write(chunk)
    }
    const { digest, size } = await writer.commit(found => operation.holdBlob(found))
    return { digest, size, path: deps.content.path(digest) }
  } catch (error) {
    await writer.abort()
    throw fileError(error, 'read archive', '')
  }
}
