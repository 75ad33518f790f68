import { Readable } from 'node:stream'
import { errorText, InvalidArgument } from '#lib/errors'
import { fileError } from '#lib/file-error'
import { decompress, detectCompression, isInflateError, MAGIC_BYTES } from '#snapshot'

/**
 * The bytes of an archive, unpacked. The stream is the caller's: it is left where it is when nobody reads on, and
 * destroyed when `signal` is aborted.
 * @throws InvalidArgument for what does not decompress; Cancelled
 */
export async function* archiveChunks(archive: Readable, signal: AbortSignal): AsyncGenerator<Buffer, void> {
  // Only as long as it is read: what is left of a request is the server's again.
  const stop = () => archive.destroy(aborted())
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop)
  const chunks = archive.iterator({ destroyOnReturn: false })
  try {
    const head = await readHead(chunks)
    const compression = detectCompression(head, 'archives')
    if (compression === 'none') yield* follow(head, chunks)
    else {
      const packed = Readable.from(follow(head, chunks), { objectMode: false })
      using _packed = { [Symbol.dispose]: () => void packed.destroy() }
      for await (const chunk of decompress(packed, compression)) yield chunk as Buffer
    }
  } catch (error) {
    if (isInflateError(error)) throw new InvalidArgument(`invalid archive: it does not decompress: ${errorText(error)}`)
    throw fileError(error, 'read archive', '')
  } finally {
    signal.removeEventListener('abort', stop)
    // Not waited for: it ends behind a piece that may be asked for already, and that may never come.
    void chunks.return?.().catch(() => {})
  }
}

/** As Node's own streams are destroyed by a signal. */
function aborted(): Error {
  return Object.assign(new Error('The operation was aborted'), { name: 'AbortError', code: 'ABORT_ERR' })
}

async function readHead(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  while (size < MAGIC_BYTES) {
    const next = await chunks.next()
    if (next.done) break
    parts.push(next.value)
    size += next.value.length
  }
  return Buffer.concat(parts)
}

async function* follow(head: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void> {
  if (head.length > 0) yield head
  for (;;) {
    const next = await chunks.next()
    if (next.done) return
    yield next.value
  }
}
