import { DataCorrupt } from '#lib/errors'
import { algorithmOf, type Digest, digestOf, isDigest, nameOnly, type Reference, withDigest } from '#oci'
import { discard } from './body.ts'
import type { CallOptions } from './contract.ts'
import { bytesBody } from './http.ts'
import { retrying } from './retry.ts'
import { askFor, manifestTarget, placeOf, pushTarget, type SessionDeps } from './session.ts'

/** What it names is there already: the registry was a moment ago. */
const TROUBLES = ['broken', 'busy', 'connect'] as const

/**
 * Puts a manifest or an index into the repository, under the tag of `reference` or, where it has none, under its
 * digest. Putting the same bytes twice is the same as once, so it is tried again like a question.
 * @throws DataCorrupt where the registry stored other bytes than it was sent
 */
export async function pushDocument(
  deps: SessionDeps,
  reference: Reference,
  mediaType: string,
  bytes: Uint8Array,
  { signal }: CallOptions,
): Promise<Digest> {
  const digest = digestOf(bytes, reference.digest === undefined ? 'sha256' : algorithmOf(reference.digest))
  const named = reference.tag === undefined ? withDigest(nameOnly(reference), digest) : reference
  const target = pushTarget(manifestTarget(named, undefined))
  const request = { method: 'PUT', headers: { 'content-type': mediaType }, body: bytesBody(bytes) } as const
  return await retrying(deps.timing, { troubles: TROUBLES, signal }, () =>
    askFor(deps, target, request, signal, async response => {
      await discard(response)
      const stored = response.header('docker-content-digest') ?? digest
      if (isDigest(stored) && (stored === digest || algorithmOf(stored) !== algorithmOf(digest))) return digest
      throw new DataCorrupt(`${placeOf(target)}: the registry stored another manifest than ${digest}`, {
        fix: 'the registry, or something between here and there, changes what it is sent',
      })
    }),
  )
}
