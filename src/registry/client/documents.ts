import { DataCorrupt, GantryError, InvalidArgument } from '#lib/errors'
import {
  algorithmOf,
  type Descriptor,
  type Digest,
  DOCUMENT_BYTES_MAX,
  DOCUMENT_TYPES,
  descriptor,
  digestOf,
  formatReference,
  isDigest,
  isGenericType,
  isSchema1Type,
  mediaTypeOfHeader,
  parseImageDocument,
  type Reference,
  schema1Refusal,
} from '#oci'
import { discard, readBody } from './body.ts'
import type { FetchedDocument } from './contract.ts'
import { RegistryUnavailable } from './failure.ts'
import type { HttpResponse } from './http.ts'
import { retrying } from './retry.ts'
import { askFor, manifestTarget, placeOf, type SessionDeps, type Target } from './session.ts'

const ACCEPT = { accept: DOCUMENT_TYPES.join(', ') }

/** A registry that does not answer at once does not exist: only what worked half-way is tried again. */
const TROUBLES = ['broken', 'busy'] as const

/** Where a registry says what the digest of its answer is. */
const DIGEST_HEADER = 'docker-content-digest'

/** HEAD, which is all that is needed; where it is refused or says too little, GET says what is the matter. */
export async function resolve(
  deps: SessionDeps,
  reference: Reference,
  signal: AbortSignal | undefined,
): Promise<Descriptor> {
  const target = manifestTarget(reference, undefined)
  const found = await retrying(deps.timing, { troubles: TROUBLES, signal }, () =>
    askFor(deps, target, { method: 'HEAD', headers: ACCEPT }, signal, async response => {
      await discard(response)
      return fromHeaders(response, target)
    }),
  ).catch((error: unknown) => {
    if (isBareRefusal(error)) return undefined
    throw error
  })
  return found ?? (await fetchDocument(deps, reference, undefined, signal)).descriptor
}

export async function fetchDocument(
  deps: SessionDeps,
  reference: Reference,
  wanted: Descriptor | undefined,
  signal: AbortSignal | undefined,
): Promise<FetchedDocument> {
  const target = manifestTarget(reference, wanted?.digest)
  const fetch = () =>
    retrying(deps.timing, { troubles: TROUBLES, signal }, () =>
      askFor(deps, target, { method: 'GET', headers: ACCEPT }, signal, async response => {
        checkLength(response, target)
        const bytes = await readBody(response, DOCUMENT_BYTES_MAX, deps.timing, signal)
        return checked(response, bytes, target, wanted)
      }),
    )
  return await fetch().catch((error: unknown) => {
    if (error instanceof DataCorrupt) return fetch()
    throw error
  })
}

/** An answer to HEAD has no body: what is the matter is told to GET only. */
function isBareRefusal(error: unknown): boolean {
  if (!(error instanceof GantryError) || error instanceof RegistryUnavailable) return false
  return error.kind === 'not-found' || error.kind === 'unauthorized' || error.kind === 'unavailable'
}

/** The descriptor, where the headers say all of it. */
function fromHeaders(response: HttpResponse, target: Target): Descriptor | undefined {
  checkLength(response, target)
  const mediaType = mediaTypeOfHeader(response.header('content-type'))
  const digest = response.header(DIGEST_HEADER) ?? ''
  const length = response.header('content-length') ?? ''
  if (isSchema1Type(mediaType)) throw schema1Refusal(formatReference(target.reference))
  if (!isDigest(digest) || !/^\d{1,15}$/.test(length) || isGenericType(mediaType)) return undefined
  const wanted = target.reference.digest
  if (wanted !== undefined && algorithmOf(wanted) === algorithmOf(digest) && wanted !== digest) {
    throw mismatch(target, wanted, digest)
  }
  return descriptor(mediaType, wanted ?? digest, Number(length))
}

function checked(
  response: HttpResponse,
  bytes: Buffer,
  target: Target,
  wanted: Descriptor | undefined,
): FetchedDocument {
  const announced = response.header(DIGEST_HEADER)
  if (announced !== undefined && !isDigest(announced)) {
    throw new DataCorrupt(`${placeOf(target)}: the registry announces an invalid digest`)
  }
  const expected = target.reference.digest
  for (const digest of [expected, announced]) {
    if (digest === undefined) continue
    const own = digestOf(bytes, algorithmOf(digest))
    if (own !== digest) throw mismatch(target, digest, own)
  }
  if (wanted !== undefined && wanted.size !== bytes.length) {
    throw new DataCorrupt(`${placeOf(target)}: ${bytes.length} bytes instead of the ${wanted.size} that were announced`)
  }
  const mediaType = typeOf(response, target, wanted)
  const document = parseImageDocument(bytes, { mediaType, reference: formatReference(target.reference) })
  const digest = expected ?? announced ?? digestOf(bytes)
  return { descriptor: descriptor(document.mediaType, digest, bytes.length), bytes, document }
}

/** What header and descriptor agree on. */
function typeOf(response: HttpResponse, target: Target, wanted: Descriptor | undefined): string {
  const header = mediaTypeOfHeader(response.header('content-type'))
  if (wanted === undefined) return header
  if (!isGenericType(header) && header !== wanted.mediaType) {
    throw new InvalidArgument(`${placeOf(target)}: ${header}, but it was announced as ${wanted.mediaType}`)
  }
  return wanted.mediaType
}

function checkLength(response: HttpResponse, target: Target): void {
  if (Number(response.header('content-length') ?? 0) > DOCUMENT_BYTES_MAX) {
    response.body.on('error', () => {}).destroy()
    throw new InvalidArgument(`${placeOf(target)}: the manifest is longer than ${DOCUMENT_BYTES_MAX} bytes`)
  }
}

function mismatch(target: Target, expected: Digest, actual: Digest): DataCorrupt {
  return new DataCorrupt(
    `${placeOf(target)}: manifest verification failed for digest ${expected}: its bytes are ${actual}`,
    { fix: 'the registry, or something between here and there, changes what it sends' },
  )
}
