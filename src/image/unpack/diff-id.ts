import { createReadStream } from 'node:fs'
import { DataCorrupt, errorText } from '#lib/errors'
import { createDigester, type Digest } from '#oci'
import { decompress, isInflateError } from '#snapshot'
import { compressionOf } from './apply-file.ts'

/** The layer in a file, unpacked from whatever it is packed with. @throws DataCorrupt where it does not inflate */
export async function* layerTar(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { signal })
  try {
    for await (const chunk of decompress(file, await compressionOf(path))) yield chunk as Buffer
  } catch (error) {
    if (!isInflateError(error)) throw error
    throw new DataCorrupt(`layer does not decompress: ${errorText(error)}`, { cause: error })
  } finally {
    file.destroy()
  }
}

/** What a configuration calls the layer in a file; undefined for what does not inflate. */
export async function diffIdOf(path: string, signal: AbortSignal): Promise<Digest | undefined> {
  const digester = createDigester()
  try {
    for await (const chunk of layerTar(path, signal)) digester.update(chunk)
    return digester.digest()
  } catch (error) {
    if (error instanceof DataCorrupt) return undefined
    throw error
  }
}
