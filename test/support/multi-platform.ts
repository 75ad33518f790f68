import { type Descriptor, descriptor, digestOf, parseReference, withTag } from '#oci'
import { openRegistryClient, type RegistrySession } from '#registry'

/** Media types of one family: manifest, configuration, layer and list. */
export interface Family {
  readonly manifest: string
  readonly config: string
  readonly layer: string
  readonly list: string
}

export const OCI: Family = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  list: 'application/vnd.oci.image.index.v1+json',
}

export const DOCKER: Family = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  list: 'application/vnd.docker.distribution.manifest.list.v2+json',
}

/** What Go escapes, numbers that JavaScript would write otherwise, empty members: all of it must survive. */
const ODD = { annotations: { 'a.b': '<b> & "ü"\u2028' }, x: [1.0, {}, [], '\\"', null] }

/**
 * Pushes to `repository` of the registry at `host`: images for amd64 (tag `amd`) and arm64 (`arm`), one that says
 * nothing of its platform (`bare`), a list of the first two (`list`), and one of an entry with more to it (`rich`).
 */
export async function pushMultiPlatform(host: string, repository: string, family: Family): Promise<void> {
  await using client = openRegistryClient()
  const session = client.session()
  const name = `${host}/${repository}`
  const amd = { os: 'linux', architecture: 'amd64' }
  const arm = { os: 'linux', architecture: 'arm64', variant: 'v8' }
  const one = await pushOne(session, `${name}:amd`, family, { ...amd, 'os.version': '1.2' })
  const two = await pushOne(session, `${name}:arm`, family, arm)
  await pushOne(session, `${name}:bare`, family, {})
  const rich = { ...amd, 'os.version': '10', 'os.features': ['one', 'two'] }
  await pushJson(session, `${name}:list`, family.list, { manifests: [entry(one, amd), entry(two, arm)] })
  await pushJson(session, `${name}:rich`, family.list, {
    manifests: [{ ...entry(one, rich), annotations: { a: 'b' } }],
  })
}

async function pushOne(session: RegistrySession, name: string, family: Family, platform: object): Promise<Descriptor> {
  const layer = await pushBytes(session, name, family.layer, `layer of ${JSON.stringify(platform)}`)
  const rootfs = { type: 'layers', diff_ids: [layer.digest] }
  const config = await pushBytes(session, name, family.config, JSON.stringify({ ...platform, config: {}, rootfs }))
  return await pushJson(session, name, family.manifest, { config: plain(config), layers: [plain(layer)], ...ODD })
}

async function pushBytes(session: RegistrySession, name: string, type: string, text: string): Promise<Descriptor> {
  const bytes = Buffer.from(text)
  const blob = descriptor(type, digestOf(bytes), bytes.length)
  await session.pushBlob(parseReference(name), blob, async function* (offset) {
    yield bytes.subarray(offset)
  })
  return blob
}

async function pushJson(session: RegistrySession, name: string, type: string, members: object): Promise<Descriptor> {
  const text = JSON.stringify({ schemaVersion: 2, mediaType: type, ...members }, undefined, 3)
  const bytes = Buffer.from(text.replace(/("x": \[\s*)1,/, '$11.0,'))
  const tag = name.slice(name.lastIndexOf(':') + 1)
  await session.pushDocument(withTag(parseReference(name), tag), type, bytes)
  return descriptor(type, digestOf(bytes), bytes.length)
}

function plain({ mediaType, digest, size }: Descriptor): object {
  return { mediaType, digest, size }
}

function entry(manifest: Descriptor, platform: object): object {
  return { ...plain(manifest), platform }
}
