import type { Readable } from 'node:stream'
import type { Image, Progress, RegistryCredentials, RemoteImage } from '#image'
import { InvalidArgument } from '#lib/errors'
import {
  familiarName,
  familiarString,
  isNameOnly,
  type Platform,
  parseDigest,
  parsePlatform,
  parseReference,
  type Reference,
  withDefaultTag,
  withDigest,
  withTag,
} from '#oci'
import type { EngineDeps } from '../deps.ts'
import { fetchArchive } from './fetch.ts'

/** What moving images takes: platforms as `os/arch/variant`, '' is this host's. */
export interface TransferOptions {
  readonly platform: string
  readonly onProgress: (progress: Progress) => void
  readonly signal: AbortSignal
}

/**
 * One tag or digest, or every tag of the repository where neither is named.
 * @throws InvalidArgument (reference), NotFound, Unauthorized, Unavailable, ... in Docker's words */
export async function pullImage(
  deps: EngineDeps,
  name: string,
  tag: string,
  options: TransferOptions & { readonly credentials: RegistryCredentials | undefined },
): Promise<void> {
  const reference = targetReference(name, tag)
  const { credentials, onProgress, signal } = options
  const pull = { platform: platformOf(options), credentials, onProgress, signal }
  if (isNameOnly(reference)) await deps.images.pullAll(reference, pull)
  else await deps.images.pull(reference, pull)
  publish(deps, 'pull', familiarString(reference), { name: familiarName(reference) })
}

/** One tag, or every tag of the repository where `tag` is ''. @throws NotFound, Unauthorized, ... in Docker's words */
export async function pushImage(
  deps: EngineDeps,
  name: string,
  tag: string,
  options: TransferOptions & {
    readonly credentials: RegistryCredentials | undefined
    readonly onPushed: (pushed: { readonly tag: string; readonly digest: string; readonly size: number }) => void
  },
): Promise<void> {
  const reference = targetReference(name, tag)
  const { credentials, onProgress, onPushed, signal } = options
  await deps.images.push(reference, {
    platform: platformOf(options),
    credentials,
    onProgress,
    signal,
    onPushed: ({ reference: pushed, digest, size }) => onPushed({ tag: pushed.tag ?? '', digest, size }),
  })
  publish(deps, 'push', familiarString(reference), { name: familiarName(reference) })
}

/** What a registry has under `name`. @throws InvalidArgument, NotFound, Unauthorized, ... */
export async function inspectRemoteImage(
  { images }: EngineDeps,
  name: string,
  credentials: RegistryCredentials | undefined,
  signal: AbortSignal,
): Promise<RemoteImage> {
  return await images.inspectRemote(withDefaultTag(parseReference(name)), credentials, signal)
}

export async function loadImages(
  deps: EngineDeps,
  archive: Readable,
  options: TransferOptions,
): Promise<{ readonly image: Image; readonly names: readonly string[] }[]> {
  const { onProgress, signal } = options
  const loaded = await deps.images.load(archive, { platform: platformOf(options), onProgress, signal })
  return loaded.map(({ image, references }) => {
    const names = references.map(familiarString)
    publish(deps, 'load', image.id, { name: image.id })
    return { image, names }
  })
}

/** One layer from a tar of a root file system: sent along, or at an address. */
export async function importImage(
  deps: EngineDeps,
  source: Readable | string,
  options: TransferOptions & {
    readonly repository: string
    readonly tag: string
    readonly message: string
    readonly changes: readonly string[]
  },
): Promise<Image> {
  const { repository, tag, message, changes, onProgress, signal } = options
  const reference = repository === '' ? undefined : withDefaultTag(targetReference(repository, tag))
  const isAddress = typeof source === 'string'
  if (isAddress) onProgress({ status: `Downloading from ${source}` })
  const archive = isAddress ? await fetchArchive(source, signal) : source
  const image = await deps.images.import(archive, {
    reference,
    platform: platformOf(options),
    message: isAddress && message === '' ? `Imported from ${source}` : message,
    changes,
    onProgress,
    signal,
  })
  publish(deps, 'import', image.id, { name: image.id })
  return image
}

/** @throws NotFound, InvalidArgument; DataCorrupt when the archive has begun */
export async function saveImages(
  deps: EngineDeps,
  names: readonly string[],
  options: {
    readonly platforms: readonly string[]
    readonly open: () => (chunk: Uint8Array) => Promise<void>
    readonly signal: AbortSignal
  },
): Promise<void> {
  const { platforms, open, signal } = options
  await deps.images.save(names, { platforms: platforms.map(text => parsePlatform(text)), open, signal })
  for (const name of names) publish(deps, 'save', name, { name })
}

/** @throws NotFound, InvalidArgument */
export async function tagImage(deps: EngineDeps, nameOrId: string, repository: string, tag: string): Promise<void> {
  const reference = withDefaultTag(targetReference(repository, tag))
  if (reference.digest !== undefined) throw new InvalidArgument('refusing to create a tag with a digest reference')
  const image = deps.images.resolve(nameOrId)
  await deps.images.tag(nameOrId, reference)
  publish(deps, 'tag', image.id, { name: familiarString(reference) })
}

/** `name` with what a client sent apart from it: a tag, a digest, or ''. @throws InvalidArgument */
function targetReference(name: string, tag: string): Reference {
  const reference = parseReference(name)
  if (tag === '') return reference
  return tag.includes(':') ? withDigest(reference, parseDigest(tag)) : withTag(reference, tag)
}

function platformOf({ platform }: TransferOptions): Platform | undefined {
  return platform === '' ? undefined : parsePlatform(platform)
}

export function publish(deps: EngineDeps, action: string, id: string, attributes: Record<string, string>): void {
  deps.events.publish({ type: 'image', action, id, attributes })
}
