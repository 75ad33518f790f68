import { NotFound } from '#lib/errors'
import { Failure } from '../failure.ts'
import { fullText, type ImageName } from '../image/reference.ts'
import type { ManifestEntry } from './entry.ts'
import type { ManifestRegistry, RemoteManifest } from './remote.ts'

/** @throws Failure in Docker's words where the registry does not have it */
export async function fetchRemote(registry: ManifestRegistry, name: string): Promise<RemoteManifest> {
  try {
    return await registry.fetch(name)
  } catch (error) {
    throw error instanceof NotFound ? new Failure(`no such manifest: ${name}`, undefined, error) : error
  }
}

/** A manifest of one image. @throws Failure where it is a list, or not there */
export async function fetchEntry(registry: ManifestRegistry, name: ImageName | string): Promise<ManifestEntry> {
  const ref = typeof name === 'string' ? name : fullText(name)
  const found = await fetchRemote(registry, ref)
  if (found.kind === 'list') throw new Failure(`${ref} is a manifest list`)
  return { ref, descriptor: found.descriptor, raw: found.bytes }
}
