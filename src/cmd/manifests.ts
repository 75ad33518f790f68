import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ManifestDescriptor, ManifestRegistry, ManifestRegistryOptions, RemoteManifest } from '#cli'
import { type ContentStore, openContentStore } from '#content'
import { JsonValue } from '#lib/json-value'
import {
  type Descriptor,
  layerType,
  type Manifest,
  parseManifest,
  parseReference,
  type Reference,
  readPlatform,
  withDefaultTag,
} from '#oci'
import { openRegistryClient, type RegistrySession, secretOf } from '#registry'
import { HOST_FOLDERS } from './host-folders.ts'
import { VERSION } from './version.ts'

/** Bytes of an image configuration. */
const CONFIG_BYTES_MAX = 4 * 1024 * 1024

/** The registry that the command line asks about manifests, spoken to by this process. */
export function openManifestRegistry({ domain, insecure, auth, signal }: ManifestRegistryOptions): ManifestRegistry {
  const config = { insecure: insecure ? [domain] : [], tls: new Map(), hostFolders: HOST_FOLDERS }
  const client = openRegistryClient({ config, userAgent: `gantry/${VERSION}` })
  const secret = auth && secretOf({ ...auth, identityToken: auth.identitytoken, registryToken: auth.registrytoken })
  const session = client.session(secret && { registry: domain, secret })
  return {
    fetch: name => fetch(session, parseReference(name), signal),
    put: (name, mediaType, bytes) => session.pushDocument(parseReference(name), mediaType, bytes, { signal }),
    copyBlobs: (from, to, mediaType, bytes) =>
      copyBlobs(session, parseReference(from), parseReference(to), parseManifest(bytes, { mediaType }), signal),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  }
}

async function fetch(session: RegistrySession, name: Reference, signal: AbortSignal): Promise<RemoteManifest> {
  const reference = withDefaultTag(name)
  const { descriptor, document, bytes } = await session.fetchDocument(reference, { signal })
  if (document.kind === 'index') return { kind: 'list', members: document.manifests.map(toDescriptor) }
  const limit = CONFIG_BYTES_MAX
  const config = await session.fetchBytes(reference, document.config, { limit, signal })
  const platform = readPlatform(JsonValue.parse(config, 'image configuration', limit))
  return { kind: 'manifest', descriptor: { ...toDescriptor(descriptor), platform }, bytes }
}

function toDescriptor({ mediaType, digest, size, platform }: Descriptor): ManifestDescriptor {
  return { mediaType, digest, size, platform }
}

/** What the registry does not mount goes through a folder of ours. */
async function copyBlobs(
  session: RegistrySession,
  from: Reference,
  to: Reference,
  { config, layers }: Manifest,
  signal: AbortSignal,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gantry-manifest-'))
  try {
    const store = await openContentStore(folder, { fsync: false })
    const ownLayers = layers.filter(({ mediaType }) => layerType(mediaType)?.foreign !== true)
    for (const blob of [config, ...ownLayers]) {
      const source = (offset: number) => fetched(session, from, blob, store, offset, signal)
      await session.pushBlob(to, blob, source, { mountFrom: [from.path], signal })
      await store.delete(blob.digest)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function* fetched(
  session: RegistrySession,
  from: Reference,
  blob: Descriptor,
  store: ContentStore,
  offset: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  await session.fetchBlob(from, blob, store, { signal })
  yield* store.read(blob.digest, { offset, signal })
}
