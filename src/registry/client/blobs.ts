import type { BlobInfo, ContentStore, IngestWriter } from '#content'
import { DataCorrupt, InvalidArgument } from '#lib/errors'
import { algorithmOf, type Descriptor, type Digest, digestOf, layerType, type Reference } from '#oci'
import { bodyChunks, discard, readBody } from './body.ts'
import type { BlobOptions, BytesOptions } from './contract.ts'
import { RegistryUnavailable } from './failure.ts'
import { askUrls } from './foreign.ts'
import type { HttpResponse } from './http.ts'
import { requestText } from './http-error.ts'
import { retrying } from './retry.ts'
import { askFor, blobTarget, placeOf, type SessionDeps, subjectOf, type Target } from './session.ts'

/** In the middle of a pull the registry was there a moment ago: also a refused connection is tried again. */
const TROUBLES = ['broken', 'busy', 'connect'] as const

/** The ref of the ingest of a blob: by digest alone, so that who wants it from elsewhere waits, and finds it. */
export function blobRef(digest: Digest): string {
  return `blob ${digest}`
}

/** True for a ref whose ingest `fetchBlob` can go on with. */
export function isBlobRef(ref: string | undefined): boolean {
  return ref?.startsWith('blob ') === true
}

/** Compressed once more for the way, a blob would not be resumable. */
const HEADERS = { 'accept-encoding': 'identity' }

export async function fetchBytes(
  deps: SessionDeps,
  reference: Reference,
  wanted: Descriptor,
  { limit, signal }: BytesOptions,
): Promise<Buffer> {
  if (wanted.data !== undefined) return Buffer.from(wanted.data)
  const target = blobTarget(reference, wanted.digest)
  if (wanted.size > limit) {
    throw new InvalidArgument(`${placeOf(target)}: announced with ${wanted.size} bytes, at most ${limit} are read`)
  }
  return await onceMore(target, () =>
    retrying(deps.timing, { troubles: TROUBLES, signal }, () =>
      askFor(deps, target, { method: 'GET', headers: HEADERS }, signal, async response => {
        const bytes = await readBody(response, limit, deps.timing, signal)
        if (bytes.length === wanted.size && digestOf(bytes, algorithmOf(wanted.digest)) === wanted.digest) return bytes
        throw new DataCorrupt(`blob ${wanted.digest} does not match its digest and size (${bytes.length} bytes came)`)
      }),
    ),
  )
}

export async function fetchBlob(
  deps: SessionDeps,
  reference: Reference,
  wanted: Descriptor,
  store: ContentStore,
  options: BlobOptions,
): Promise<BlobInfo> {
  const { digest, size } = wanted
  const target = blobTarget(reference, digest)
  const { signal } = options
  return await onceMore(target, async () => {
    await using writer = await store.ingest(blobRef(digest), { expected: { digest, size }, ...(signal && { signal }) })
    if (writer === undefined) return { digest, size }
    const retry = { troubles: TROUBLES, signal, progress: () => writer.offset }
    if (writer.offset < size || size === 0) {
      await retrying(deps.timing, retry, () => fill(deps, target, wanted, writer, options))
    }
    return await writer.commit()
  })
}

/** One request for what is still missing, written as it comes. */
async function fill(
  deps: SessionDeps,
  target: Target,
  wanted: Descriptor,
  writer: IngestWriter,
  { signal, progress }: BlobOptions,
): Promise<void> {
  const headers = writer.offset === 0 ? HEADERS : { ...HEADERS, range: `bytes=${writer.offset}-` }
  const read = async (response: HttpResponse) => {
    await matchOffset(response, writer, wanted)
    for await (const chunk of bodyChunks(response, deps.timing, signal)) {
      await writer.write(chunk)
      progress?.(writer.offset)
    }
  }
  const request = { method: 'GET', headers, accept: [416] } as const
  if (layerType(wanted.mediaType)?.foreign) {
    const whole = { ...request, scope: target.scope, subject: subjectOf(target, 'GET') }
    if ((await askUrls(deps, wanted, whole, signal, read)) !== undefined) return
  }
  await askFor(deps, target, request, signal, read)
}

/** Makes the writer stand where the answer begins. */
async function matchOffset(response: HttpResponse, writer: IngestWriter, wanted: Descriptor): Promise<void> {
  if (writer.offset === 0 && response.status !== 416) return
  const range = /^bytes (\d{1,16})-\d{1,16}\/(\*|\d{1,16})$/.exec(response.header('content-range') ?? '')
  const fits =
    range !== null && Number(range[1]) === writer.offset && (range[2] === '*' || Number(range[2]) === wanted.size)
  if (response.status === 206 && fits) return
  await writer.restart()
  // The whole blob, where only its end was asked for.
  if (response.status === 200) return
  await discard(response)
  throw new RegistryUnavailable('broken', `${requestText('GET', response.url)}: another range than the one asked for`)
}

/** What does not match its digest is asked for once more; then it is an error that says from where it came. */
async function onceMore<T>(target: Target, body: () => Promise<T>): Promise<T> {
  try {
    return await body()
  } catch (error) {
    if (!(error instanceof DataCorrupt)) throw error
  }
  try {
    return await body()
  } catch (error) {
    if (!(error instanceof DataCorrupt)) throw error
    throw new DataCorrupt(`${placeOf(target)}: ${error.message}`, {
      fix: 'the registry, or something between here and there, changes what it sends',
      cause: error,
    })
  }
}
